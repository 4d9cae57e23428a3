-- Written by Holdfast. Holds request bodies of unannounced length (Transfer-Encoding: chunked) to the limit of
-- holdfast:loadBalancer.limits.bodySize while they pass: haproxy.cfg sees only what of them has come with the head.
-- Usage in a backend:  filter lua.bodySize BYTES

local BodySize = { id = "bodySize", flags = filter.FLT_CFG_FL_HTX }

function BodySize:new()
    return setmetatable({ received = 0, refused = false }, { __index = self })
end

-- An announced length has been judged before a backend was chosen, and HAProxy lets no more pass than was announced.
function BodySize:http_headers(_, message)
    if not message.channel:is_resp() and message:get_headers()["transfer-encoding"] then
        filter.register_data_filter(self, message.channel)
    end
    return filter.CONTINUE
end

function BodySize:http_payload(transaction, message)
    if self.refused then
        return 0
    end
    self.received = self.received + message:input()
    -- The end of a body counts as one byte, and trailers count as well.
    if self.received > self.limit + 1 then
        self.refused = true
        -- The instance sees its connection cut within the body, never a whole request. filter.ERROR would not stop it.
        local headers = { connection = { "close" } }
        transaction:done(transaction:reply({ status = 413, reason = "Content Too Large", headers = headers }))
    end
end

core.register_filter("bodySize", BodySize, function(configured, arguments)
    configured.limit = tonumber(arguments[1])
    return configured
end)
