/* The time zones that the browser knows; the server's list decides. */
const known = (): string[] => (Intl as unknown as { supportedValuesOf?: (what: string) => string[] }).supportedValuesOf?.('timeZone') ?? [];

export function offerZones(chosen: string): { value: string; label: string }[] {
  const all = known();
  const zones = chosen && !all.includes(chosen) ? [chosen, ...all] : all;
  return zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }));
}
