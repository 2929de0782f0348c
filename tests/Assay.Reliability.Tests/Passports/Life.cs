using Assay.Reliability.Tests.Accounts;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Passports;

/// <summary>A random life of a provider and its auditors, with all that can happen to keys; the same for one seed.</summary>
internal sealed class Life
{
    private readonly Random random;
    private readonly Audited audited = new(auditors: 3);
    private readonly Dictionary<(int Auditor, Hash Key), ulong> drawn = [];
    private SigningKey stranger;
    private SigningKey? old;
    private int keys;

    public Life(int seed)
    {
        random = new Random(seed);
        Folded = new Folded(audited);
        stranger = audited.Provider.Introduce("stranger", Audited.Segment with { Service = "another" });
    }

    public Folded Folded { get; }

    public void Live(int rounds)
    {
        for (var round = 0; round < rounds; round++)
            Round();
        audited.Provider.Serve(audited.Key, 5);
        Folded.Step();
        Folded.Index();
    }

    private void Round()
    {
        var (id, provider) = (audited.Key.PublicKey.Id, audited.Provider);
        switch (random.Next(16))
        {
            case 0 when random.Next(3) == 0:
                old = audited.Key;
                var segment = Audited.Segment with { Region = random.Next(3) == 0 ? "us" : "eu" };
                audited.Key = provider.Introduce($"key {keys++}", segment, (ulong)(random.Next(2) == 0 ? random.Next(40, 300) : 100_000));
                break;
            case 1 when old is not null && !provider.State.Keys[old.PublicKey.Id].Retired:
                provider.Add(random.Next(2) == 0
                    ? KeyEvent.Retire(provider.Origin, old.PublicKey.Id)
                    : KeyEvent.Compromise(provider.Origin, old.PublicKey.Id, provider.State.Size - (ulong)random.Next(3) + 1));
                break;
            case 2 when !provider.State.Keys[id].Retired:
                provider.Add(KeyEvent.Renew(provider.Origin, id, provider.State.Size + (ulong)random.Next(100, 400)));
                break;
            case 3 or 4:
                var epoch = provider.State.EndedEpochs(id);
                for (var i = 0; i < 3; i++)
                    if (provider.State.SeedsOf(id, epoch).All(s => s.Event.Auditor.Origin != audited.Auditors[i].Origin))
                        provider.Commit(audited.Auditors[i], audited.Key, epoch, (uint)random.Next(200_000, 1_000_001));
                break;
            case 5 or 6 or 7:
                Serve(audited.Key, random.Next(90));
                break;
            case 8:
                Serve(random.Next(2) == 0 && old is not null ? old : stranger, random.Next(150));
                break;
            case 9 or 10:
                foreach (var key in provider.State.Keys.Keys.Where(k => provider.State.Keys[k].Segment.Service == "svc").ToArray())
                    Judge(random.Next(3), key);
                break;
            case 11:
                Canary(audited.Auditors[random.Next(3)], id);
                break;
            case 12:
                var log = audited.Auditors[random.Next(3)];
                log.Add(new ChallengeEvent(log.Origin, provider.Origin, id, (ulong)random.Next(200), AuditedLog.Word("evidence"), 0));
                break;
            case 13 when random.Next(3) == 0:
                Folded.Index();
                break;
            case 14 or 15 when random.Next(2) == 0:
                Folded.Step((ulong)random.Next(1, 4 * 24 * 3600));
                break;
        }
    }

    private void Serve(SigningKey key, int records)
    {
        for (; records > 0 && audited.Provider.State.Keys[key.PublicKey.Id].Covers(audited.Provider.State.Size); records--)
            audited.Provider.Serve(key, 1);
    }

    private void Judge(int i, Hash keyId)
    {
        var (auditor, state) = (audited.Auditors[i], audited.Provider.State);
        var ended = state.EndedEpochs(keyId);
        for (var e = drawn.GetValueOrDefault((i, keyId)); e < ended; e++)
            if (state.SeedsOf(keyId, e).Any(s => s.Event.Auditor.Origin == auditor.Origin) && random.Next(8) > 0)
            {
                var key = new[] { audited.Key, old }.Concat(Enumerable.Range(0, keys).Select(k => audited.Provider.KeyOf($"key {k}"))).Append(audited.Provider.KeyOf("serving"))
                    .First(k => k?.PublicKey.Id == keyId)!;
                var draw = auditor.DrawOf(audited.Provider, key, e, audited.Auditors);
                var at = auditor.Add(draw);
                for (var next = 0; next < (int)draw.Drawn && random.Next(10) > 0;)
                {
                    var count = Math.Min((int)draw.Drawn - next, random.Next(1, 90));
                    auditor.Add(auditor.Verdicts(at, next, new string([.. Enumerable.Range(0, count).Select(_ => random.Next(40) == 0 ? VerdictLetters.ByStrength[random.Next(7)] : 'r')])));
                    next += count;
                }
            }
        drawn[(i, keyId)] = ended;
    }

    private void Canary(AuditedLog auditor, Hash keyId)
    {
        var last = auditor.Events.Select(e => e.Event).OfType<AuditVerdictsEvent>().Where(v => v.Lane == AuditLane.Canary).Select(v => v.Records[^1] + 1).LastOrDefault();
        var canary = auditor.Add(new AuditCanaryEvent(auditor.Origin, audited.Provider.Origin, keyId, 2, default));
        auditor.Add(auditor.Verdicts(canary, 0, "rd") with { Lane = AuditLane.Canary, Records = [last + (ulong)random.Next(9), last + 20] });
    }
}
