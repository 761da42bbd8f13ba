// The workflow class of the exercises' document, as it stands there, run against a real server.
// A browser gives it fetch of relative addresses and a localStorage; here Node is given both.

const { BASE_URL: base, TOKEN: token, EXERCISES: given } = process.env;
const absoluteFetch = globalThis.fetch;
globalThis.fetch = (path, options) => absoluteFetch(base + path, options);
globalThis.localStorage = { getItem: () => token };

class PracticeSessionManager {
  constructor() {
    this.sessionId = null;
    this.startedAt = null;
  }

  async startSession(sessionType = 'practice') {
    const response = await fetch('/api/exercises/session/start', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Authorization': `Bearer ${this.getToken()}`
      },
      body: JSON.stringify({ session_type: sessionType })
    });

    if (!response.ok) {
      throw new Error('Failed to start session');
    }

    const data = await response.json();
    this.sessionId = data.session_id;
    this.startedAt = data.started_at;
    return data;
  }

  async submitAnswer(exerciseId, userAnswer, timeTaken) {
    if (!this.sessionId) {
      throw new Error('No active session. Call startSession() first.');
    }

    const response = await fetch('/api/exercises/submit', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Authorization': `Bearer ${this.getToken()}`
      },
      body: JSON.stringify({
        exercise_id: exerciseId,
        user_answer: userAnswer,
        time_taken: timeTaken,
        session_id: this.sessionId
      })
    });

    if (!response.ok) {
      throw new Error('Failed to submit answer');
    }

    return await response.json();
  }

  async endSession() {
    if (!this.sessionId) {
      throw new Error('No active session to end');
    }

    const response = await fetch('/api/exercises/session/end', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Authorization': `Bearer ${this.getToken()}`
      },
      body: JSON.stringify({
        session_id: this.sessionId
      })
    });

    if (!response.ok) {
      throw new Error('Failed to end session');
    }

    const summary = await response.json();
    this.sessionId = null;
    this.startedAt = null;
    return summary;
  }

  getToken() {
    return localStorage.getItem('authToken');
  }
}

const practiceSession = new PracticeSessionManager();
const started = await practiceSession.startSession('practice');
const results = [];
for (const exercise of JSON.parse(given)) {
  results.push(await practiceSession.submitAnswer(exercise.id, exercise.answer, exercise.time));
}
const summary = await practiceSession.endSession();
console.log(JSON.stringify({ started, results, summary }));
