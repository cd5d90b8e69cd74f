/** Of a row that a line crosses from `left` to `right`: the area that lies right of the line and left of x. */
function areaUpTo(x: number, left: number, right: number): number {
  if (x <= left) return 0;
  return x >= right ? x - (left + right) / 2 : (x - left) ** 2 / 2 / (right - left);
}

/**
 * Adds what lies right of a line to the pixels of its rows: by how much a row's coverage changes from each pixel to the next.
 * The line lies between the first and the last column.
 */
function addLine(changes: Float64Array, width: number, height: number, line: ArrayLike<number>): void {
  const isDown = line[1] < line[3];
  const [x1, y1, x2, y2] = isDown ? [line[0], line[1], line[2], line[3]] : [line[2], line[3], line[0], line[1]];
  const slope = (x2 - x1) / (y2 - y1);
  const end = Math.min(height, Math.ceil(y2));
  for (let row = Math.max(0, Math.floor(y1)); row < end; row++) {
    const top = Math.max(row, y1);
    const bottom = Math.min(row + 1, y2);
    const share = isDown ? bottom - top : top - bottom;
    // Within the columns also after rounding.
    const from = Math.min(Math.max(x1 + (top - y1) * slope, 0), width);
    const to = Math.min(Math.max(x1 + (bottom - y1) * slope, 0), width);
    const left = Math.min(from, to);
    const right = Math.max(from, to);
    const start = row * (width + 2);
    let before = 0;
    for (let x = Math.floor(left); x <= right + 1; x++) {
      const covered = areaUpTo(x + 1, left, right) - areaUpTo(x, left, right);
      changes[start + x] += share * (covered - before);
      before = covered;
    }
  }
}

/** Cuts a line where it leaves the columns. Left of them it counts as at their left border, right of them as at the right one. */
function addAnyLine(changes: Float64Array, width: number, height: number, line: Float64Array): void {
  const [ax, ay, bx, by] = line;
  if (ay === by) return;
  if (Math.min(ax, bx) >= 0 && Math.max(ax, bx) <= width) {
    addLine(changes, width, height, line);
    return;
  }
  const cuts = [0, width].map((x) => (x - ax) / (bx - ax)).filter((t) => t > 0 && t < 1);
  const ends = [0, ...cuts.sort((a, b) => a - b), 1];
  const at = (t: number) => [Math.min(Math.max(ax + t * (bx - ax), 0), width), ay + t * (by - ay)];
  for (let i = 1; i < ends.length; i++) addLine(changes, width, height, [...at(ends[i - 1]), ...at(ends[i])]);
}

/**
 * The share of each pixel that polygons cover, exact to rounding. Polygons that turn the other way are holes.
 *
 * @param polygons closed, x y x y ...; 0 0 is the top left corner of the first pixel
 * @returns `(height, width)`, flat, 0 to 255
 */
export function fillPolygons(polygons: readonly Float64Array[], width: number, height: number): Uint8Array {
  const changes = new Float64Array((width + 2) * height);
  const line = new Float64Array(4);
  for (const polygon of polygons) {
    line.set(polygon.subarray(-2));
    for (let i = 0; i < polygon.length; i += 2) {
      line.copyWithin(2, 0);
      line[0] = polygon[i];
      line[1] = polygon[i + 1];
      addAnyLine(changes, width, height, line);
    }
  }
  const covered = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += changes[y * (width + 2) + x];
      covered[y * width + x] = Math.min(Math.abs(sum), 1) * 255 + 0.5;
    }
  }
  return covered;
}
