module peer

go 1.18

require (
	github.com/golang-jwt/jwt/v4 v4.5.2
	github.com/gomodule/redigo v1.8.9
	github.com/jackc/pgx/v4 v4.18.3
)
