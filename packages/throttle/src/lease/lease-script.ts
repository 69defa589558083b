/** A script with its clock: an expression over Redis that gives microseconds since 1970. */
const redisTime = `(function() local t = redis.call('TIME'); return t[1] * 1000000 + t[2] end)()`;

export const answerCode = { unknown: 0, unlimited: 1, paused: 2, busy: 3, lease: 4 } as const;

/**
 * Grants bytes on all gates of a link at once, or on none. Gates without a limit cost nothing.
 *
 * Each gate keeps the moment at which it is next free. A grant starts when the last of its gates is free and moves each gate's moment on by
 * the time that the bytes take at the gate's rate. So every worker that asks again when its lease begins stands once in every round of the
 * queue: shares are equal whatever the speed of a worker, and what one does not want the others get. A lease is a share of the round; how
 * many share (asked within the last 1.5 s) decides its size, never the rate. The moment lags behind the present by at most the grace,
 * so that nothing is saved up while a link is idle. Each gate counts from its own moment, not from the start of the grant: a slow gate keeps no
 * other gate idle.
 *
 * KEYS: the limits; then for each gate its moment and its members.
 * ARGV: member; wanted bytes; in microseconds the round, the longest round, the shortest lease, the grace and the longest wait; then for each gate its name and its general name.
 * Answer: code, revision, wait and duration in microseconds, bytes, quantum, then the number of members of each gate (0: no limit there).
 */
export function leaseScript(clock: string = redisTime): string {
  return `
local now = ${clock}
local member, want = ARGV[1], tonumber(ARGV[2])
local round, longestRound, shortest = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local grace, longestWait = tonumber(ARGV[6]), tonumber(ARGV[7])
local gates = (#KEYS - 1) / 2
local names = {}
for i = 8, #ARGV do names[#names + 1] = ARGV[i] end
local known = redis.call('HMGET', KEYS[1], 'revision', unpack(names))
if not known[1] then return {${answerCode.unknown}} end

local function rateIn(timetable)
  local rate
  for from, value in string.gmatch(timetable, '(%d+)=(-?[%d.]+)') do
    if rate and tonumber(from) * 1000 > now then break end
    rate = tonumber(value)
  end
  return rate
end

local answer = {${answerCode.unlimited}, tonumber(known[1]), 0, 0, 0, 0}
local limited = {}
local paused = false
for i = 1, gates do
  local timetable = known[2 * i] or known[2 * i + 1]
  local rate = timetable and rateIn(timetable) or -1
  answer[6 + i] = 0
  if rate >= 0 then
    local members = KEYS[2 * i + 1]
    redis.call('ZADD', members, string.format('%.0f', now), member)
    redis.call('ZREMRANGEBYSCORE', members, '-inf', string.format('%.0f', now - 1500000))
    redis.call('PEXPIRE', members, 10000)
    answer[6 + i] = redis.call('ZCARD', members)
    if rate == 0 then paused = true end
    limited[#limited + 1] = {key = KEYS[2 * i], rate = rate, sharers = answer[6 + i]}
  end
end
if paused then answer[1] = ${answerCode.paused} return answer end
if #limited == 0 then return answer end

local quantum, wait = math.huge, -grace
for _, gate in ipairs(limited) do
  gate.free = now - grace
  local stored = redis.call('GET', gate.key)
  if stored then
    local free, rate = string.match(stored, '(%d+):([%d.]+)')
    local ahead = tonumber(free) - now
    -- What was promised at a lower rate takes less time at a higher one.
    if ahead > 0 then ahead = math.min(ahead, ahead * tonumber(rate) / gate.rate) end
    gate.free = math.max(gate.free, now + ahead)
  end
  wait = math.max(wait, gate.free - now)
  local turn = math.min(round / 2, math.max(round / gate.sharers, shortest), longestRound / gate.sharers)
  quantum = math.min(quantum, gate.rate * turn / 1000000)
end
-- Whole KiB, which is what workers count in.
quantum = math.max(math.floor(quantum / 1024) * 1024, 1024)
if wait > longestWait then answer[1] = ${answerCode.busy} return answer end

local bytes = math.max(math.min(math.ceil(want / 1024) * 1024, quantum), 1024)
local duration = 0
for _, gate in ipairs(limited) do
  local takes = bytes * 1000000 / gate.rate
  duration = math.max(duration, takes)
  local free = gate.free + takes
  local keep = math.ceil(math.max(free - now, 0) / 1000) + 2000
  redis.call('SET', gate.key, string.format('%.0f:%.3f', free, gate.rate), 'PX', string.format('%.0f', keep))
end
answer[1] = ${answerCode.lease}
-- Negative when a worker came late and may catch up.
answer[3] = math.ceil(wait)
answer[4] = math.ceil(duration)
answer[5] = bytes
answer[6] = quantum
return answer
`;
}
