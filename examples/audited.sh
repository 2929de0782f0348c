#!/usr/bin/env bash
# A provider, an auditor, a keeper of accounts and a stranger on one machine, with Assay's own small model: from answers to a passport.
#   examples/audited.sh [FOLDER]      about a minute; FOLDER (default: a temporary one) must be empty or absent
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"
port=${PORT:-7791}
url=http://127.0.0.1:$port

say() { printf '\n# %s\n' "$*"; }
# Shows a command and runs it. Whose it is says --data.
run() {
    printf '$ assay'
    printf ' %s' "$@"
    printf '\n'
    "$here/assay" "$@"
}

# So many answers to callers who let auditors see what they asked: blank pictures that differ in one pixel.
ask() {
    printf '$ # callers ask %s to %s: curl -H "Assay-Auditable: true" %s/v2/models/digits/infer\n' "$1" "$2" "$url"
    local rest number
    rest=$(printf "0,%.0s" {1..782})0
    for ((number = $1; number <= $2; number++)); do
        printf '{"inputs":[{"name":"image","datatype":"FP32","shape":[1,1,28,28],"data":[%s,%s]}]}' "0.$(printf '%05d' "$number")" "$rest" |
            curl -sSf -o /dev/null -H 'Content-Type: application/json' -H 'Assay-Auditable: true' --data-binary @- "$url/v2/models/digits/infer"
    done
}

say "The auditor has the model and a log of its own."
run import "$here/models/digits/model.onnx" --name digits --data auditor
auditor=$("$here/assay" log vkey --data auditor)

say "The provider: epochs of 100 records, this auditor and no other, then it serves."
run import "$here/models/digits/model.onnx" --name digits --data provider
run audit terms --epoch-records 100 --opening-seconds 3600 --data provider
run auditors add "$auditor" --data provider
provider=$("$here/assay" log vkey --data provider)
printf '$ assay serve --url %s --data provider &\n' "$url"
"$here/assay" serve --url "$url" --data provider > serve.log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for ((i = 0; i < 300; i++)); do
    curl -sf -o /dev/null "$url/v2/health/ready" && break
    sleep 0.2
done
ask 1 1

say "The auditor commits before the answers are known, and draws one record in two after their epochs have ended."
run audit follow "$url" --vkey "$provider" --rate 0.5 --data auditor
run audit run --yes --ahead 4 --data auditor
ask 2 300
run audit run --yes --data auditor
run audit status --data auditor

say "A third party keeps the account; it believes these two keys."
run account follow "$url" --auditor auditor --vkey "$provider" --vkey "$auditor" --data keeper
run account update --data keeper
run account --data keeper
run account digits --data keeper

say "A stranger gets one file, and recomputes it with no network and no data."
run passport export -o them.passport.jsonl --data keeper
mkdir -p empty
alone=()
unshare --map-root-user --net true 2>/dev/null && alone=(unshare --map-root-user --net)
printf '$ %s assay passport verify them.passport.jsonl --data empty     # exit code 20: no policy says whose logs these are\n' "${alone[*]}"
"${alone[@]}" "$here/assay" passport verify them.passport.jsonl --data empty || [[ $? == 20 ]]
