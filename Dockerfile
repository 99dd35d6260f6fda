# There is nothing to build: Node 24 runs the TypeScript sources as they are.
# To pin the very image, add its digest: docker buildx imagetools inspect node:24-bookworm-slim
FROM node:24-bookworm-slim

ENV NODE_ENV=production \
    TELEMETRY_HOST=0.0.0.0 \
    REPLYWATCH_DATA_DIR=/var/lib/replywatch

WORKDIR /app

# The bundled Postgres binaries are optional dependencies and stay out: a container has DATABASE_URL.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

COPY . .

# The commit, for replywatch_build_info: docker compose build --build-arg REVISION=$(git rev-parse HEAD) exporter
ARG REVISION=unknown
RUN echo "$REVISION" > REVISION

# Keys and the spool. A new named volume takes over this owner.
RUN install -d -o node -g node -m 0700 /var/lib/replywatch
VOLUME /var/lib/replywatch

USER node
EXPOSE 8080 9877

# With TELEMETRY_TOKEN set the answer is 401: it listens, and readiness is for those who know the token.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9877/-/ready').then(r=>process.exit(r.ok||r.status===401?0:1),()=>process.exit(1))"]

# The limits of the heap are those of `npm start`: without them V8 takes what the machine has before it cleans up.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=320", "exporter/main.ts", "start"]
