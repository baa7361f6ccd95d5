#!/bin/sh
# Downloads a zip into .terraform/, and prints {"path": FILE} for Terraform's data source "external". The file is named by its hash,
# so the next run finds it. Nothing is kept whose hash is another.
#   sh bundle.sh URL SHA256
set -eu
url=$1 expected=$2
folder=.terraform/pinward-bundles
file=$folder/$expected.zip

hash_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

mkdir -p "$folder"
if [ ! -f "$file" ] || [ "$(hash_of "$file")" != "$expected" ]; then
  partial=$(mktemp "$folder/partial.XXXXXX")
  trap 'rm -f "$partial"' EXIT
  curl --fail --silent --show-error --location --retry 3 --max-time 120 --output "$partial" "$url" >&2
  found=$(hash_of "$partial")
  if [ "$found" != "$expected" ]; then
    echo "$url has the SHA-256 $found, not $expected. Take both from the output of npm run release." >&2
    exit 1
  fi
  mv "$partial" "$file"
fi
printf '{"path": "%s"}\n' "$file"
