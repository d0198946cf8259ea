// What the server's reply means for an answer that is kept until it is acknowledged.

const WEEK = 7 * 864e5;

// "sent", "failed" for good, "waiting" for better times, or "again" without the detail that was refused.
export const outcome = async (reply, body, say) => {
  if (reply?.ok) return "sent";
  if (!reply || reply.status === 429 || reply.status > 499) return "waiting";
  const { error = "", reason } = await reply.json().catch(() => ({}));
  say(reason || "refused with status " + reply.status);
  // Rather lose a detail than the rating: a wrong clock, a long property.
  const detail = error.replace(/_(invalid|ahead|too_old)$/, "");
  if (/^(rating|submission_id)$/.test(detail) || !body[detail]) return "failed";
  delete body[detail];
  return "again";
};

// Seconds until the next try: what the server asks for, else longer each time.
export const restOf = (reply, attempt) => Number(reply?.headers.get("Retry-After")) || Math.min(30, 2 ** attempt);

// Older than the server takes as answered then.
export const isStale = ({ answered_at }, now) => now - Date.parse(answered_at) > WEEK;

// One tab at a time. Without locks (plain http, a sandboxed frame) the server's own memory is enough.
export const alone = async (name, work) => {
  let isBegun = false;
  const once = () => {
    isBegun = true;
    return work();
  };
  try {
    if (navigator.locks) return await navigator.locks.request("feedback-" + name, once);
  } catch (error) {
    if (isBegun) throw error;
  }
  return once();
};
