#!/usr/bin/env bash
# Makes graph.min.js and LICENSES.txt anew: sigma (draws with WebGL) and graphology (holds the graph), both MIT, as
# one script that sets the global cibGraph = { Graph, Sigma }. Needs Node's npm; run it, and commit what it made.
set -euo pipefail
assets=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund sigma@3.0.3 graphology@0.26.0 esbuild@0.28.2
cat >entry.js <<'JS'
export { default as Graph } from "graphology";
export { default as Sigma } from "sigma";
JS
npx esbuild entry.js --bundle --minify --format=iife --global-name=cibGraph --target=es2020 \
    --legal-comments=none --outfile="$assets/graph.min.js"

for package in sigma graphology graphology-utils events; do
    printf '== %s %s\n\n' "$package" "$(node -p "require('./node_modules/$package/package.json').version")"
    cat "node_modules/$package"/LICENSE*
    printf '\n'
done >"$assets/LICENSES.txt"
