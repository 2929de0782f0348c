#!/usr/bin/env bash
# A provider is audited, its account is insured, it cheats, the cover pays, and the payout is followed down to the token that differs.
#   examples/covered.sh [FOLDER]      about two minutes; FOLDER (default: a temporary one) must be empty or absent; needs Node.js
# All in paper units. The provider is an honest program: what it does wrong is done to its files.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
cd "$folder"
port=${PORT:-7793}
provider=http://127.0.0.1:$port
market=http://127.0.0.1:$((port + 1))
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT

say() { printf '\n# %s\n' "$*"; }
# Shows a command and runs it. Whose it is says --data, or the key of whoever trades.
run() {
    printf '$ assay'
    printf ' %s' "$@"
    printf '\n'
    "$here/assay" "$@"
}
serve() { # data url options...
    printf '$ assay serve --url %s --data %s %s &\n' "$2" "$1" "${*:3}"
    "$here/assay" serve --url "$2" --data "$1" "${@:3}" > "$1.log" 2>&1 &
    pids+=($!)
    for ((i = 0; i < 300; i++)); do
        curl -sf -o /dev/null "$2/v2/health/ready" && return
        sleep 0.2
    done
    cat "$1.log" >&2
    return 1
}
# So many answers of the language model, to callers who let auditors see what they asked.
ask() {
    printf '$ # callers ask %s to %s: curl -H "Assay-Auditable: true" %s/v1/chat/completions\n' "$1" "$2" "$provider"
    local number
    for ((number = $1; number <= $2; number++)); do
        printf '{"model":"tiny","messages":[{"role":"user","content":"tell me tale %s"}],"max_tokens":12,"temperature":1,"seed":%s}' "$number" "$number" |
            curl -sSf -o /dev/null -H 'Content-Type: application/json' -H 'Assay-Auditable: true' --data-binary @- "$provider/v1/chat/completions"
    done
}
# An auditor's night; it ends with 10 where something diverged.
audit() { run audit run --yes --data auditor "$@" || [[ $? == 10 ]]; }
# Waits until the market has looked at so many settled epochs.
looked() {
    for ((i = 0; i < 300; i++)); do
        "$here/assay" market show --node "$market" | grep -q " in $1 epochs" && return
        sleep 0.5
    done
    echo "the market never saw epoch $1" >&2
    return 1
}

say "A small language model of random weights, a provider that serves it, and an auditor that has it too."
node --input-type=module -e 'const { tinyModel } = await import(process.argv[1]); (await import("node:fs")).writeFileSync("tiny.gguf", tinyModel());' "$here/tests/Shared/tiny-model.mjs"
run import tiny.gguf --name tiny --data auditor
run import tiny.gguf --name tiny --data provider
run audit terms --epoch-records 100 --opening-seconds 3600 --data provider
auditor=$("$here/assay" log vkey --data auditor)
run auditors add "$auditor" --data provider
providerkey=$("$here/assay" log vkey --data provider)
serve provider "$provider"
ask 1 1
run audit follow "$provider" --vkey "$providerkey" --rate 0.4 --data auditor
audit --ahead 8
ask 2 300
audit --ahead 8

say "A third party keeps the provider's account, and a market on it. Its node looks at the logs by itself."
run account follow "$provider" --auditor auditor --vkey "$providerkey" --vkey "$auditor" --data keeper
run market init --set grace=0 --data keeper
serve keeper "$market" --accounts-every 2
looked 3
run market show --node "$market"
account=$("$here/assay" market show --node "$market" --json | sed -n 's/.*"account": "\([0-9a-f]*\)".*/\1/p' | head -1)

say "Three take part: one who carries risk, one who runs the provider, one who relies on it. Units are paper."
for who in carrier operator buyer; do
    printf '$ assay key new %s.pem\n' "$who"
    "$here/assay" key new "$who.pem" | tee "$who.pub"
done
run market join "$(awk '{print $2}' carrier.pub)" --data keeper
run market join "$(awk '{print $2}' operator.pub)" --affiliate "$account" --data keeper
run market join "$(awk '{print $2}' buyer.pub)" --data keeper
run market grant 0 1000000 --data keeper
run market grant 2 20000 --data keeper
run market fund 1000000 --key carrier.pem --node "$market"

say "The buyer pays the operator for its service: nobody is insured for more than that. Then a quote, and the cover."
run market pay 1 10000 --account "$account" --key buyer.pem --node "$market"
run market quote "$account" --sum 10000 --threshold 0.05 --records 200 --node "$market"
run market buy "$account" --sum 10000 --threshold 0.05 --records 200 --key buyer.pem --node "$market"
run market buy "$account" --sum 100 --threshold 0.05 --records 200 --key buyer.pem --node "$market" || [[ $? == 3 ]]
run market list policies --node "$market"

say "The epoch that had begun when it was bought does not count: whoever bought may have seen it."
ask 301 400
audit --ahead 8
looked 4

say "Then the provider cheats: the weights that it runs lose 20 bits of their 24. Receipts still name the published model."
printf '$ # cut the embedding table in the blob that the running node has mapped\n'
node --input-type=module -e '
const fs = await import("node:fs"), path = process.argv[1], file = fs.openSync(path, "r+"), bytes = fs.readFileSync(path);
const last = bytes.lastIndexOf("blk.1.ffn_down.weight") + 21 + 4 + 16 + 4 + 8, begin = Math.ceil(last / 32) * 32;   // the first tensor: token_embd.weight
for (let at = begin; at < begin + 278 * 64 * 4; at += 4) bytes.writeUInt32LE((bytes.readUInt32LE(at) & 0xfff00000) >>> 0, at);
fs.writeSync(file, bytes, begin, 278 * 64 * 4, begin);' "$(find provider/models/blobs -size +100k -type f)"
ask 401 700
audit --ahead 8
looked 7

say "It pays by itself: the epochs' audits are in the logs, and nobody is asked."
run market list policies 0 --node "$market"
run market positions --key buyer.pem --node "$market"

say "One file says why, and a stranger recomputes it with no network and no data."
run market settle 0 -o cover.settlement.jsonl --node "$market" > made.txt
mkdir -p empty
alone=()
unshare --map-root-user --net true 2>/dev/null && alone=(unshare --map-root-user --net)
printf '$ %s assay market settle --check cover.settlement.jsonl --data empty     # exit code 20: no policy says whose logs these are\n' "${alone[*]}"
"${alone[@]}" "$here/assay" market settle --check cover.settlement.jsonl --data empty > checked.txt || [[ $? == 20 ]]
head -40 checked.txt

say "From there to the token: the evidence of the first record that failed, run again by somebody who has the model."
bundle=$(sed -n 's/.* d by .*; bundle \([0-9a-f]*\).*/\1/p' checked.txt | head -1)
run replay "auditor/log/public/evidence/$bundle.receipt.json" --policy provider/policy.json --data auditor || [[ $? == 10 ]]
