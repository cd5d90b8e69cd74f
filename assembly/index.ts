export * from './area-sums';
export * from './landmark-input';
export * from './letterbox';
export * from './memory';
export * from './warp-crop';
