using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>A life that its seed gives: keys that come, go and are stolen, auditors that join, stop, err, lie or are the provider, steps at odd moments.</summary>
internal sealed class RandomHistory
{
    private readonly Random random;
    private readonly History history;
    private readonly List<SigningKey> keys = [];
    private readonly List<(AuditedLog Auditor, ulong Draw, int Next, int Drawn)> open = [];
    private readonly Dictionary<(string Auditor, Hash Key), ulong> drawn = [];
    private readonly Dictionary<(string Auditor, Hash Key), ulong> canaried = [];
    private readonly int quality;

    private RandomHistory(int seed)
    {
        random = new Random(seed);
        history = new History($"random {seed}", maxLease: (ulong)random.Next(150, 2000));
        quality = random.Next(5, 200);
    }

    public static History Of(int seed, int rounds = 250)
    {
        var life = new RandomHistory(seed);
        life.Begin();
        for (var round = 0; round < rounds; round++)
            life.Round(round);
        life.history.Step();
        return life.history;
    }

    private AuditedLog Provider => history.Provider;

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private char Letter() => Chance(quality) ? VerdictLetters.ByStrength[random.Next(7)] : 'r';

    private void Begin()
    {
        if (!Chance(6))
            Provider.Add(new AuditTermsEvent(Provider.Origin, (ulong)random.Next(100, 140), 3600));
        Introduce();
        history.Join("m.test/log");
        if (!Chance(3))
            history.Join(Chance(2) ? "z.test/log" : "a.test/log", own: Chance(4));
    }

    private void Introduce() => keys.Add(Provider.Introduce(
        $"key {keys.Count}", History.Segment(Chance(3) ? "us" : "eu", Chance(6) ? "other" : History.Service), (ulong)random.Next(100, (int)Provider.State.Genesis!.MaxLease)));

    private void Round(int round)
    {
        var key = Chance(4) ? Any(keys) : keys[^1];
        var id = key.PublicKey.Id;
        switch (random.Next(16))
        {
            case 0 when Chance(2):
                LifeOfKeys(round, id);
                break;
            case 1 or 2 or 3:
                foreach (var auditor in history.Auditors)
                    Try(() => Provider.Commit(auditor, key, Provider.State.EndedEpochs(id) + (Chance(8) ? 1UL : 0), (uint)random.Next(100_000, 1_000_001)));
                break;
            case 4 or 5 or 6 or 7:
                for (var n = random.Next(60); n > 0 && Provider.State.Keys[id].Covers(Provider.State.Size); n--)
                    Provider.Serve(key, 1);
                break;
            case 8 or 9:
                Draw(Any(history.Auditors), key);
                break;
            case 10 or 11 or 12:
                Judge();
                break;
            case 13:
                Facts(Any(history.Auditors), key);
                break;
            case 14 when Chance(3) && history.Auditors.Count < 4:
                history.Join($"{(char)('b' + random.Next(20))}{round}.test/log", own: Chance(5));
                break;
            case 15 when Chance(2):
                history.Step((ulong)(Chance(4) ? 0 : random.Next(1, 5 * 24 * 3600)));
                break;
        }
    }

    private void LifeOfKeys(int round, Hash id)
    {
        var at = Provider.State.Size;
        switch (random.Next(7))
        {
            case 0 or 1:
                Introduce();
                break;
            case 2 or 3:
                Provider.Add(KeyEvent.Renew(Provider.Origin, id, at + 1 + (ulong)random.Next((int)Provider.State.Genesis!.MaxLease)));
                break;
            case 4:
                Provider.Add(Chance(2) ? KeyEvent.Retire(Provider.Origin, id) : KeyEvent.Compromise(Provider.Origin, id, (ulong)Math.Max(0, (int)at + random.Next(-50, 50))));
                break;
            case 5:
                Provider.Add(new AuditTermsEvent(Provider.Origin, (ulong)random.Next(100, 140), 3600));
                break;
            case 6:
                foreach (var alive in keys.Where(k => !Provider.State.Keys[k.PublicKey.Id].Retired))
                    Provider.Add(KeyEvent.Retire(Provider.Origin, alive.PublicKey.Id));
                Provider.Add(new OwnerEvent(Provider.Origin, $"owner {round}"));
                Introduce();
                break;
        }
    }

    private void Draw(AuditedLog auditor, SigningKey key)
    {
        var id = key.PublicKey.Id;
        for (var epoch = drawn.GetValueOrDefault((auditor.Origin, id)); epoch < Provider.State.EndedEpochs(id); epoch++)
        {
            if (Chance(4) || Provider.State.SeedsOf(id, epoch).All(s => s.Event.Auditor.Origin != auditor.Origin))
                continue;
            AuditedLog[] leftOut = Chance(4) ? [.. history.Auditors.Where(a => a != auditor && Chance(2))] : [];
            var at = history.Draw(auditor, key, epoch, Chance(8) ? Wrong : null, leftOut);
            drawn[(auditor.Origin, id)] = epoch + 1;
            if (((AuditDrawEvent)auditor.Events[^1].Event) is { Drawn: > 0 } draw)
                open.Add((auditor, at, 0, (int)draw.Drawn));
        }
    }

    private AuditDrawEvent Wrong(AuditDrawEvent draw) => random.Next(4) switch
    {
        0 when draw.Drawn > 0 => draw with { Drawn = draw.Drawn - 1 },
        1 => draw with { Epoch = draw.Epoch with { Size = draw.Epoch.Size + 1 } },
        2 => draw with { Rate = draw.Rate == 1 ? 2 : draw.Rate - 1 },
        _ when draw.Missing.IsEmpty => draw with { Missing = [1] },
        _ => draw with { Missing = draw.Missing[1..] },
    };

    private void Judge()
    {
        for (var n = random.Next(1, 4); n > 0 && open.Count > 0; n--)
        {
            var which = random.Next(open.Count);
            var (auditor, draw, next, of) = open[which];
            var count = Chance(3) ? random.Next(1, of - next + 1) : of - next;
            auditor.Add(auditor.Verdicts(draw, next, string.Concat(Enumerable.Range(0, count).Select(_ => Letter()))));
            open[which] = (auditor, draw, next + count, of);
            if (next + count == of)
                open.RemoveAt(which);
        }
    }

    private void Facts(AuditedLog auditor, SigningKey key)
    {
        var (origin, id) = (Chance(8) ? "elsewhere.test/log" : Provider.Origin, key.PublicKey.Id);
        switch (random.Next(3))
        {
            case 0:
                auditor.Add(new AuditRefusalEvent(auditor.Origin, origin, Chance(8) ? AuditedLog.Word("nobody") : id, 7, 1000, AuditedLog.Word("refused")));
                break;
            case 1:
                auditor.Add(new ChallengeEvent(auditor.Origin, origin, id, (ulong)random.Next(150), AuditedLog.Word("bundle"), 1));
                break;
            default:
                var from = canaried.GetValueOrDefault((auditor.Origin, id));
                var records = Enumerable.Range(0, random.Next(1, 20)).Select(_ => from += (ulong)random.Next(1, 6)).ToArray();
                var canary = auditor.Add(new AuditCanaryEvent(auditor.Origin, Provider.Origin, id, (ulong)records.Length, AuditedLog.Word("canary")));
                canaried[(auditor.Origin, id)] = from;
                History.JudgeCanaries(auditor, canary, 0, string.Concat(records.Select(_ => Letter())), records);
                break;
        }
    }

    // What the log's rules refuse does not happen.
    private static void Try(Action act)
    {
        try
        {
            act();
        }
        catch (MalformedException)
        {
        }
    }
}
