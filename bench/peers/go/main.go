// A Go service by somebody who minds speed: net/http, pgx, one statement an answer.
//
// It does the same job as starlette_asyncpg.py over the same tables: check the token, count the
// learner's limit, record the answer, publish the event, give the next item.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
	"github.com/gomodule/redigo/redis"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const limit = 1_000_000_000
const connections = 12

const record = `
WITH s AS (
    UPDATE peer.practice_session SET
        answered = answered + 1,
        correct = correct + $1::int,
        streak = CASE WHEN $1 = 1 THEN streak + 1 ELSE 0 END,
        best_streak = greatest(best_streak, CASE WHEN $1 = 1 THEN streak + 1 ELSE 0 END),
        time_ms = time_ms + $2::int
    WHERE id = $3::bigint AND user_id = $4::int AND status = 1
    RETURNING id, user_id, answered, correct, item_count, streak, activity_id
), a AS (
    INSERT INTO peer.attempt (session_id, user_id, item_id, answer, is_correct, time_ms)
    SELECT id, user_id, $5::bigint, $6::text, $1 = 1, $2 FROM s
)
SELECT answered, correct, item_count, streak, activity_id FROM s
`

type item struct {
	ID     int64  `json:"id"`
	Word   string `json:"word"`
	Type   string `json:"type"`
	answer string
	lower  string
}

type place struct{ activity, position int64 }

// catalogue holds the items by id and by place.
type catalogue struct {
	byID    map[int64]*item
	byPlace map[place]*item
}

type claims struct {
	// UserID is a number, or a number in quotes.
	UserID json.Number `json:"user_id"`
	jwt.RegisteredClaims
}

type submission struct {
	ItemID    int64   `json:"item_id"`
	Answer    string  `json:"answer"`
	TimeTaken float64 `json:"time_taken"`
}

type progress struct {
	Completed   int     `json:"completed"`
	Remaining   int     `json:"remaining"`
	SuccessRate float64 `json:"success_rate"`
}

type eventData struct {
	progress
	CurrentStreak int `json:"current_streak"`
}

type event struct {
	Type string    `json:"type"`
	Data eventData `json:"data"`
}

type reply struct {
	Correct       bool     `json:"correct"`
	CorrectAnswer string   `json:"correct_answer"`
	Progress      progress `json:"progress"`
	NextItem      *item    `json:"next_item"`
}

type server struct {
	key   []byte
	pool  *pgxpool.Pool
	cache *redis.Pool
	items catalogue
}

func main() {
	pool, err := connect()
	if err != nil {
		log.Fatal(err)
	}
	items, err := load(pool)
	if err != nil {
		log.Fatal(err)
	}
	cache := &redis.Pool{
		MaxIdle: 64,
		Dial:    func() (redis.Conn, error) { return redis.DialURL(os.Getenv("REDIS_URL")) },
	}
	service := &server{[]byte(os.Getenv("SECRET_KEY")), pool, cache, items}
	http.HandleFunc("/api/v1/sessions/", service.answer)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}

func connect() (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		return nil, err
	}
	config.MaxConns = connections
	// While others are measured, this service leaves its connections to them.
	config.MaxConnIdleTime = time.Second
	config.HealthCheckPeriod = time.Second
	return pgxpool.ConnectConfig(context.Background(), config)
}

func load(pool *pgxpool.Pool) (catalogue, error) {
	items := catalogue{map[int64]*item{}, map[place]*item{}}
	rows, err := pool.Query(
		context.Background(),
		"SELECT id, activity_id, position, word, answer, type FROM peer.item",
	)
	if err != nil {
		return items, err
	}
	defer rows.Close()
	for rows.Next() {
		var one item
		var at place
		err := rows.Scan(&one.ID, &at.activity, &at.position, &one.Word, &one.answer, &one.Type)
		if err != nil {
			return items, err
		}
		one.lower = strings.ToLower(one.answer)
		items.byID[one.ID] = &one
		items.byPlace[at] = &one
	}
	return items, rows.Err()
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	sessionID, ok := sessionOf(r.URL.Path)
	if !ok || r.Method != http.MethodPost {
		refuse(w, http.StatusNotFound, "Not found")
		return
	}
	userID, err := s.user(r.Header.Get("Authorization"))
	if err != nil {
		refuse(w, http.StatusUnauthorized, "Invalid token")
		return
	}
	cache := s.cache.Get()
	defer cache.Close()
	within, err := withinLimit(cache, userID)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	if !within {
		refuse(w, http.StatusTooManyRequests, "Rate limit exceeded")
		return
	}
	var given submission
	if json.NewDecoder(r.Body).Decode(&given) != nil {
		refuse(w, http.StatusBadRequest, "Invalid body")
		return
	}
	asked := s.items.byID[given.ItemID]
	if asked == nil {
		refuse(w, http.StatusBadRequest, "No such item")
		return
	}
	correct := strings.ToLower(strings.TrimSpace(given.Answer)) == asked.lower
	point := 0
	if correct {
		point = 1
	}
	var answered, right, planned, streak int
	var activityID int64
	err = s.pool.QueryRow(
		r.Context(), record,
		point, int(given.TimeTaken*1000), sessionID, userID, given.ItemID, given.Answer,
	).Scan(&answered, &right, &planned, &streak, &activityID)
	if errors.Is(err, pgx.ErrNoRows) {
		refuse(w, http.StatusNotFound, "Session not found")
		return
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	rate := math.Round(float64(right)/float64(answered)*10_000) / 10_000
	now := progress{answered, planned - answered, rate}
	message, err := json.Marshal(event{"progress_update", eventData{now, streak}})
	if err == nil {
		_, err = cache.Do("PUBLISH", fmt.Sprintf("session:%d", sessionID), message)
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	following := s.items.byPlace[place{activityID, int64(answered % 1000)}]
	respond(w, http.StatusOK, reply{correct, asked.answer, now, following})
}

// sessionOf reads the id out of /api/v1/sessions/{id}/progress.
func sessionOf(path string) (int64, bool) {
	parts := strings.Split(path, "/")
	if len(parts) != 6 || parts[5] != "progress" {
		return 0, false
	}
	id, err := strconv.ParseInt(parts[4], 10, 64)
	return id, err == nil
}

func (s *server) user(authorization string) (int64, error) {
	var found claims
	_, err := jwt.ParseWithClaims(
		strings.TrimPrefix(authorization, "Bearer "),
		&found,
		func(*jwt.Token) (interface{}, error) { return s.key, nil },
		jwt.WithValidMethods([]string{"HS256"}),
	)
	if err != nil {
		return 0, err
	}
	return found.UserID.Int64()
}

func withinLimit(cache redis.Conn, userID int64) (bool, error) {
	key := fmt.Sprintf("limit:%d:%d", userID, time.Now().Unix()/60)
	if err := cache.Send("INCR", key); err != nil {
		return false, err
	}
	if err := cache.Send("EXPIRE", key, 120); err != nil {
		return false, err
	}
	counts, err := redis.Int64s(cache.Do(""))
	return err == nil && counts[0] <= limit, err
}

func refuse(w http.ResponseWriter, status int, detail string) {
	respond(w, status, map[string]string{"detail": detail})
}

func respond(w http.ResponseWriter, status int, content interface{}) {
	body, err := json.Marshal(content)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// An error here means that the client has gone, and nobody is left to hear of it.
	_, _ = w.Write(body)
}
