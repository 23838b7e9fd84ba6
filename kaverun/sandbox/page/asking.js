// Requests to the sandbox itself, at /_sandbox/….

export async function ask(page, values = {}) {
  const told = Object.entries(values).filter(([, value]) => value !== "" && value != null);
  const response = await fetch(`/_sandbox/${page}?${new URLSearchParams(told)}`, { cache: "no-store" });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer;
}
