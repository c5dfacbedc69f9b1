// When a panel is expected to be dark.
const FROM_HOUR = 22;
const TO_HOUR = 6;

export function isNightTime(at_ms: number): boolean {
  const hour = new Date(at_ms).getHours();
  return hour >= FROM_HOUR || hour < TO_HOUR;
}
