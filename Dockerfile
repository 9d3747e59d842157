# The gateway in a container:
#
#   devices/box/image.sh                                  builds it and runs the demo in it once
#   docker build -t lushao .
#   docker run -v ./gateway.yaml:/etc/lushao/gateway.yaml:ro -v lushao:/var/lib/lushao -p 8480:8480 lushao
#   docker run --rm lushao node dist/simulators/demo.js --once
#
# What it keeps (evidence, keys, outbox) lies under /var/lib/lushao; /etc/lushao/var leads there, so the default
# `storage.folder` of a configuration in /etc/lushao is right as it is.

ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY . .
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json \
 && node node_modules/vite/bin/vite.js build gateway/console \
 && node node_modules/vite/bin/vite.js build gateway/console/verifier \
 && npm prune --omit=dev \
 && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} + \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 ! -name "$(node -p process.arch)" -exec rm -rf {} +

FROM ${BASE}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg espeak-ng fonts-wqy-microhei \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --home-dir /var/lib/lushao --create-home lushao \
 && mkdir -p /etc/lushao /opt/lushao \
 && ln -s /var/lib/lushao /etc/lushao/var \
 && chown lushao:lushao /opt/lushao
WORKDIR /opt/lushao
COPY --from=build /src/package.json /src/LICENSE ./
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/config config
COPY --from=build /src/models models
COPY --from=build /src/dist dist
RUN ln -s /opt/lushao/dist/gateway/cli/lushao.js /usr/local/bin/lushao && chmod 755 dist/gateway/cli/lushao.js

ENV NODE_ENV=production
USER lushao
VOLUME /var/lib/lushao
EXPOSE 8480 1883
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8480/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["lushao", "run", "-c", "/etc/lushao/gateway.yaml"]
