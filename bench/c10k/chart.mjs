export function drawChart() {
  return "";
}
