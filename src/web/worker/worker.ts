// The module worker of `createWorkerDetector`.
import { serveDetector } from './serve-detector.js';

serveDetector();
