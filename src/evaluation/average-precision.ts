/** A detection that counts: how sure the detector was, and whether there is a face. */
export interface RankedDetection {
  score: number;
  hit: boolean;
}

/**
 * Area under the curve of precision over recall, where each recall has the best precision of it and all higher ones: the measure of
 * PASCAL VOC since 2010 and of WIDER FACE. Detections of the same score enter together, so that their order does not matter.
 *
 * @param faces how many there are to find
 * @returns in [0, 1]; undefined when there is no face to find
 */
export function averagePrecision(detections: readonly RankedDetection[], faces: number): number | undefined {
  if (faces === 0) return undefined;
  const ranked = [...detections].sort((a, b) => b.score - a.score);
  const curve: { hits: number; precision: number }[] = [];
  let hits = 0;
  for (const [i, { score, hit }] of ranked.entries()) {
    if (hit) hits++;
    if (ranked[i + 1]?.score !== score) curve.push({ hits, precision: hits / (i + 1) });
  }
  let area = 0;
  let best = 0;
  for (let i = curve.length - 1; i >= 0; i--) {
    best = Math.max(best, curve[i].precision);
    area += best * (curve[i].hits - (curve[i - 1]?.hits ?? 0));
  }
  return area / faces;
}
