/** Plain tables for the terminal and for Markdown out of the same rows. First column left, the others right. */
import { styleText } from "node:util";

export function terminalTable(head, rows) {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
  const line = (cells) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ");
  const body = rows.map((row) => line(row));
  return [styleText("bold", line(head)), ...body].join("\n");
}

export function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
