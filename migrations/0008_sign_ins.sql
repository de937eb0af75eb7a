-- What a person sees of their own security.

-- a person's sign-ins, newest first: ids sort by time
CREATE INDEX login_event_own ON login_event (user_id, id DESC);
