/** Medians and the few formats that tables and charts share. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three figures that mean something: 0.80, 7.1, 193. */
export function figures(value) {
  if (value < 1) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

export function thousands(value) {
  return Math.round(value).toLocaleString("en-US");
}
