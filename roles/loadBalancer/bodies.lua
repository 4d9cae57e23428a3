-- Written by Holdfast. Watches request bodies whose end has not come while they pass to an instance. One that gets larger
-- than holdfast:loadBalancer.limits.bodySize is answered with 413: haproxy.cfg sees only the length that is announced. One
-- that comes more slowly than limits.bodyRate is answered with 408, because it keeps a place at the instance.
-- Usage in a backend:  filter lua.bodies BYTES BYTES_PER_SECOND SECONDS_OF_PAUSE

local Bodies = { id = "bodies", flags = filter.FLT_CFG_FL_HTX }

local function now()
    local time = core.now()
    return time.sec + time.usec / 1000000
end

function Bodies:new()
    local begun = now()
    return setmetatable(
        { received = 0, seen = begun, deadline = begun + self.pause, blocked = true, refused = false },
        { __index = self }
    )
end

-- Whole bodies have been judged before a backend was chosen.
function Bodies:http_headers(transaction, message)
    if not message.channel:is_resp() and transaction:get_var("txn.unfinished") then
        filter.register_data_filter(self, message.channel)
    end
    return filter.CONTINUE
end

-- Each byte buys time, but never more than the longest pause: what came quickly at first does not pay for a trickle later.
function Bodies:late(message, bytes)
    local time = now()
    -- While the instance takes nothing, HAProxy takes nothing from the visitor, who is not to blame.
    local blocked = message:output() > 0 or not message.channel:may_recv()
    if blocked or self.blocked then
        self.deadline = self.deadline + time - self.seen
    end
    local late = time > self.deadline
    self.seen, self.blocked = time, blocked
    self.deadline = math.min(self.deadline + bytes / self.rate, time + self.pause)
    return late
end

function Bodies:refuse(transaction, status, reason)
    self.refused = true
    -- The instance sees its connection cut within the body, never a whole request. filter.ERROR would not stop it.
    transaction:done(transaction:reply({ status = status, reason = reason, headers = { connection = { "close" } } }))
end

-- Not called while nothing comes at all: that is for the client timeout, which haproxy.cfg sets to the longest pause.
function Bodies:http_payload(transaction, message)
    if self.refused then
        return 0
    end
    local bytes = message:input()
    self.received = self.received + bytes
    -- The end of a body counts as one byte, and trailers count as well.
    if self.received > self.limit + 1 then
        self:refuse(transaction, 413, "Content Too Large")
    elseif self:late(message, bytes) and not message:eom() then
        self:refuse(transaction, 408, "Request Timeout")
    end
end

core.register_filter("bodies", Bodies, function(configured, arguments)
    configured.limit = tonumber(arguments[1])
    configured.rate = tonumber(arguments[2])
    configured.pause = tonumber(arguments[3])
    return configured
end)
