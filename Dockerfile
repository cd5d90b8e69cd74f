# The service with the built-in networks. docker build -t facial-lmk . && docker run --rm -p 8080:8080 facial-lmk
# Debian, because ONNX Runtime has no native build for Alpine.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run --silent build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# The native runtime brings its binaries for every platform, 290 MB of them; one is used here.
RUN node -e "const fs = require('fs'), bin = 'node_modules/onnxruntime-node/bin'; for (const napi of fs.readdirSync(bin)) for (const os of fs.readdirSync(bin + '/' + napi)) for (const cpu of fs.readdirSync([bin, napi, os].join('/'))) if (os !== process.platform || cpu !== process.arch) fs.rmSync([bin, napi, os, cpu].join('/'), { recursive: true });"

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/models ./models
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/v1/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve", "--host", "0.0.0.0"]
