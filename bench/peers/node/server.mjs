// A Node service by somebody who minds speed: Fastify, postgres.js, one statement an answer.
//
//     node server.mjs PORT PROCESSES
//
// It does the same job as starlette_asyncpg.py over the same tables: check the token, count the
// learner's limit, record the answer, publish the event, give the next item.
import cluster from 'node:cluster'

import { createVerifier } from 'fast-jwt'
import Fastify from 'fastify'
import Redis from 'ioredis'
import postgres from 'postgres'

const LIMIT = 1e9
const [port, processes] = process.argv.slice(2).map(Number)

if (cluster.isPrimary) {
  for (let started = 0; started < processes; started++) cluster.fork()
} else {
  await serve()
}

async function serve() {
  // While others are measured, this service leaves its connections to them (idle_timeout, seconds).
  const sql = postgres(process.env.DATABASE_URL, { max: 10, idle_timeout: 1 })
  const cache = new Redis(process.env.REDIS_URL)
  const verify = createVerifier({ key: process.env.SECRET_KEY, algorithms: ['HS256'] })
  const items = await load(sql)
  const app = Fastify()
  app.addHook('onError', async (request, response, error) => console.error(error))

  app.post('/api/v1/sessions/:id/progress', async (request, response) => {
    const refuse = (status, detail) => response.code(status).send({ detail })
    let claims
    try {
      claims = verify((request.headers.authorization ?? '').slice(7))
    } catch {
      return refuse(401, 'Invalid token')
    }
    const userId = Number(claims.user_id)
    const sessionId = Number(request.params.id)
    if (!(await withinLimit(cache, userId))) return refuse(429, 'Rate limit exceeded')
    const { item_id: itemId, answer, time_taken: seconds } = request.body
    const item = items.byId.get(itemId)
    if (!item) return refuse(400, 'No such item')
    const correct = answer.trim().toLowerCase() === item.lower
    const row = await record(sql, {
      point: correct ? 1 : 0,
      milliseconds: Math.trunc(seconds * 1000),
      sessionId,
      userId,
      itemId,
      answer
    })
    if (!row) return refuse(404, 'Session not found')
    const progress = {
      completed: row.answered,
      remaining: row.item_count - row.answered,
      success_rate: Math.round((row.correct / row.answered) * 1e4) / 1e4
    }
    const event = { type: 'progress_update', data: { ...progress, current_streak: row.streak } }
    await cache.publish(`session:${sessionId}`, JSON.stringify(event))
    return {
      correct,
      correct_answer: item.answer,
      progress,
      next_item: items.byPlace.get(`${row.activity_id}:${row.answered % 1000}`)
    }
  })

  await app.listen({ port, host: '127.0.0.1' })
}

async function load(sql) {
  const byId = new Map()
  const byPlace = new Map()
  const rows = await sql`
    SELECT id::int, activity_id::int, position, word, answer, type FROM peer.item`
  for (const { id, activity_id: activityId, position, word, answer, type } of rows) {
    byId.set(id, { answer, lower: answer.toLowerCase() })
    byPlace.set(`${activityId}:${position}`, { id, word, type })
  }
  return { byId, byPlace }
}

async function withinLimit(cache, userId) {
  const key = `limit:${userId}:${Math.floor(Date.now() / 60000)}`
  const [[error, count]] = await cache.pipeline().incr(key).expire(key, 120).exec()
  if (error) throw error
  return count <= LIMIT
}

async function record(sql, { point, milliseconds, sessionId, userId, itemId, answer }) {
  const [row] = await sql`
    WITH s AS (
        UPDATE peer.practice_session SET
            answered = answered + 1,
            correct = correct + ${point}::int,
            streak = CASE WHEN ${point}::int = 1 THEN streak + 1 ELSE 0 END,
            best_streak = greatest(
                best_streak, CASE WHEN ${point}::int = 1 THEN streak + 1 ELSE 0 END),
            time_ms = time_ms + ${milliseconds}::int
        WHERE id = ${sessionId}::bigint AND user_id = ${userId}::int AND status = 1
        RETURNING id, user_id, answered, correct, item_count, streak, activity_id
    ), a AS (
        INSERT INTO peer.attempt (session_id, user_id, item_id, answer, is_correct, time_ms)
        SELECT id, user_id, ${itemId}::bigint, ${answer}::text, ${point}::int = 1,
            ${milliseconds}::int FROM s
    )
    SELECT answered, correct, item_count, streak, activity_id::int FROM s`
  return row
}
