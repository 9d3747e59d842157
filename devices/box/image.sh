#!/usr/bin/env bash
# Builds the container image and runs the demo in it once.
#
#   docker or podman at hand   they build, from the base image of their registry
#   buildah alone              it builds; with no registry within reach, over a base made here by debootstrap with
#                              this machine's Node (both must be installed, and this must run as root)
#
#   devices/box/image.sh [NAME]      LUSHAO_BASE=local makes the base here in any case
set -eu
cd "$(dirname "$0")/../.."
name=${1:-lushao}
base=node:20-bookworm-slim

for builder in docker podman; do
  if command -v "$builder" >/dev/null && "$builder" info >/dev/null 2>&1; then
    "$builder" build -t "$name" .
    exec "$builder" run --rm "$name" node dist/simulators/demo.js --once
  fi
done

if ! command -v buildah >/dev/null; then
  echo 'docker, podman or buildah is needed: sudo apt-get install -y buildah debootstrap' >&2
  exit 3
fi

# Works without user namespaces and without an overlay file system, as inside another container.
storage=${LUSHAO_STORAGE:-var/image}
mkdir -p "$storage"
build=(buildah --root "$storage/root" --runroot "$storage/run" --storage-driver vfs)
# The certificates this machine trusts, for a network whose proxy has one of its own.
mounts=(-v /etc/ssl/certs:/etc/ssl/certs:ro -v /usr/share/ca-certificates:/usr/share/ca-certificates:ro)

make_base() {
  local root
  root=$(mktemp -d)
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp "$(readlink -f "$(command -v node)")" "$root/usr/local/bin/node"
  cp -r "$(npm root -g)/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  tar -C "$root" -cf "$storage/base.tar" .
  rm -rf "$root"
  cat > "$storage/Base" <<'BASE'
FROM scratch
ADD base.tar /
ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
BASE
  "${build[@]}" bud --isolation chroot --pull=never -t "$base" -f "$storage/Base" "$storage"
  rm "$storage/base.tar"
}

pull=--pull=never
if ! "${build[@]}" inspect --type image "$base" >/dev/null 2>&1; then
  if [ "${LUSHAO_BASE:-}" != local ] && "${build[@]}" pull "docker.io/library/$base"; then pull=--pull=missing; else make_base; fi
fi
"${build[@]}" bud --isolation chroot --format docker "$pull" "${mounts[@]}" -t "$name" .

container=$("${build[@]}" from --pull=never "$name")
trap '"${build[@]}" rm "$container" >/dev/null' EXIT
"${build[@]}" run --isolation chroot "$container" -- node dist/simulators/demo.js --once
