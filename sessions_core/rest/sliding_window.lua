-- KEYS: one list of microseconds for each window of each charge.
-- ARGV: for each charge its number of windows and its cost, then count and seconds of each window.
-- A cost below 0 takes back the newest.
-- Answers used, reset and wait of each window, in microseconds.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answer, key, arg = {}, 1, 1
while arg <= #ARGV do
  local windows, cost = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
  arg = arg + 2
  local first, waits, refused = key, {}, false
  for i = 1, windows do
    local count, length = tonumber(ARGV[arg]), ARGV[arg + 1] * 1000000
    local log = KEYS[key]
    local oldest = redis.call('LINDEX', log, 0)
    while oldest and tonumber(oldest) <= now - length do
      redis.call('LPOP', log)
      oldest = redis.call('LINDEX', log, 0)
    end
    local used = redis.call('LLEN', log)
    local wait, excess = 0, used + cost - count
    if cost > 0 and excess > used then
      wait = length
    elseif cost > 0 and excess > 0 then
      wait = redis.call('LINDEX', log, excess - 1) + length - now
    end
    refused = refused or wait > 0
    waits[i] = {wait, length, used, oldest}
    key, arg = key + 1, arg + 2
  end
  for i = 1, windows do
    local wait, length, used, oldest = unpack(waits[i], 1, 4)
    local log = KEYS[first + i - 1]
    if cost > 0 and not refused then
      for _ = 1, cost do redis.call('RPUSH', log, string.format('%.0f', now)) end
      redis.call('PEXPIRE', log, length / 1000)
      used, oldest = used + cost, oldest or now
    elseif cost < 0 then
      for _ = cost, -1 do redis.call('RPOP', log) end
      used = redis.call('LLEN', log)
      oldest = used > 0 and oldest
    end
    table.insert(answer, used)
    table.insert(answer, oldest and oldest + length - now or 0)
    table.insert(answer, wait)
  end
end
return answer
