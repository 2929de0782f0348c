using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>Histories that each show a rule of docs/spec/accounts-fold.md or of audits.md at work.</summary>
internal static class Histories
{
    private const uint All = 1_000_000;

    public static IEnumerable<History> Named() =>
    [
        Honest(), Strongest(), SelfSampled(), Missing(), NotCounted(), Late(), Patience(), Canaries(), Faults(), Keys(), Leases(), Compromises(), Owners(), Alarms(), NoBaseline(), Joining(), Strangers(),
    ];

    private static SigningKey Begin(History history, ulong epochRecords, params string[] auditors)
    {
        history.Provider.Add(new AuditTermsEvent(history.Provider.Origin, epochRecords, 3600));
        foreach (var auditor in auditors)
            history.Join($"{auditor}.test/log");
        return history.Provider.Introduce("serving", History.Segment());
    }

    private static History Honest()
    {
        var history = new History("two auditors with different rates, an honest provider; epochs of 100 records; the second step finds nothing new");
        var key = Begin(history, 100, "a", "b");
        for (var epoch = 0UL; epoch < 2; epoch++)
        {
            history.Provider.Commit(history.Auditors[0], key, epoch, 300_000);
            history.Provider.Commit(history.Auditors[1], key, epoch, 50_000);
            history.Provider.Serve(key, 130);
        }
        history.Judge(history.Auditors[0], key, 0, _ => 'r');
        history.Judge(history.Auditors[1], key, 0, _ => 'r');
        history.Judge(history.Auditors[0], key, 1, _ => 'r');
        history.Step();
        history.Step(0);
        history.Judge(history.Auditors[1], key, 1, _ => 'r');
        history.Step();
        return history;
    }

    private static History Strongest()
    {
        var history = new History("three auditors that do not agree: every pair of letters; disputes, contradictions");
        var key = Begin(history, 100, "a", "b", "c");
        const string Letters = "drvowux";
        history.Run(key, 2, 100, All, s => Letters[(int)(s % 7)], s => Letters[(int)(s / 7 % 7)], s => s % 5 == 0 ? 'x' : 'r');
        history.Step();
        return history;
    }

    private static History SelfSampled()
    {
        var history = new History("an auditor with the provider's keys proves nothing: its draws, canaries and challenges");
        var key = Begin(history, 100, "b");
        var own = history.Join("a.test/log", own: true);
        history.Run(key, 1, 100, 500_000, _ => 'r', s => s % 2 == 0 ? 'd' : 'r');
        var canary = own.Add(new AuditCanaryEvent(own.Origin, history.Provider.Origin, key.PublicKey.Id, 3, AuditedLog.Word("canary")));
        History.JudgeCanaries(own, canary, 0, "rd", 1, 2);
        own.Add(new ChallengeEvent(own.Origin, history.Provider.Origin, key.PublicKey.Id, 5, AuditedLog.Word("bundle"), 1));
        history.Step();
        return history;
    }

    private static History Missing()
    {
        var history = new History("draws that lack secrets; an auditor that commits and logs nothing");
        var key = Begin(history, 100, "a", "b", "c");
        foreach (var auditor in history.Auditors)
            history.Provider.Commit(auditor, key, 0, 400_000);
        history.Provider.Serve(key, 100);
        history.Judge(history.Auditors[0], key, 0, _ => 'r', history.Auditors[2]);
        history.Judge(history.Auditors[1], key, 0, _ => 'u', history.Auditors[0], history.Auditors[2]);
        history.Step();
        history.Step(14 * 86_400 - 1);
        history.Step(1);
        return history;
    }

    private static History NotCounted()
    {
        var history = new History("draws that are not what the log and the secrets give, each in another way");
        var key = Begin(history, 100, "a", "b", "c");
        Func<AuditDrawEvent, AuditDrawEvent>[] changes =
        [
            d => d with { Drawn = d.Drawn - 1 },
            d => d with { Epoch = d.Epoch with { Size = d.Epoch.Size - 1 } },
            d => d with { Epoch = d.Epoch with { First = d.Epoch.First + 1 } },
            d => d with { Epoch = d.Epoch with { Records = d.Epoch.Records + 1 } },
            d => d with { Rate = d.Rate + 1 },
            d => d with { Own = d.Seeds.First(s => s.Index != d.Own).Index },
            d => Again(d with { Root = AuditedLog.Word("another root") }),
            d => Again(d with { Seeds = d.Seeds.SetItem(0, d.Seeds[0] with { Secret = AuditedLog.Word("another secret") }) }),
            d => Again(d with { Seeds = [.. d.Seeds.Where(s => s.Index == d.Own)] }),
            d => d with { Missing = [7] },
        ];
        foreach (var (i, change) in changes.Index())
        {
            var epoch = (ulong)i;
            foreach (var auditor in history.Auditors)
                history.Provider.Commit(auditor, key, epoch, 200_000);
            history.Provider.Serve(key, 100);
            var at = history.Draw(history.Auditors[0], key, epoch, change);
            history.Auditors[0].Judge(at, 0, 1, _ => 'd');
            history.Judge(history.Auditors[1], key, epoch, s => s % 3 == 0 ? 'x' : 'r');
        }
        history.Step();
        history.Step(15 * 86_400);
        return history;

        static AuditDrawEvent Again(AuditDrawEvent draw) => draw with { Drawn = (ulong)draw.Order().Length };
    }

    private static History Late()
    {
        var history = new History("verdicts, and a whole draw, that come after their epoch was settled");
        var key = Begin(history, 100, "a", "b");
        foreach (var auditor in history.Auditors)
            history.Provider.Commit(auditor, key, 0, 200_000);
        history.Provider.Serve(key, 150);
        var at = history.Draw(history.Auditors[0], key, 0);
        history.Auditors[0].Judge(at, 0, 4, s => s % 2 == 0 ? 'r' : 'o');
        history.Step();
        history.Auditors[0].Judge(at, 4, 3, _ => 'r');
        history.Step(20 * 86_400);
        history.Auditors[0].Judge(at, 7, 2, _ => 'd');
        history.Judge(history.Auditors[1], key, 0, _ => 'd');
        history.Step();
        return history;
    }

    private static History Patience()
    {
        var history = new History("epochs that wait one for another, known at different times; refusals");
        var key = Begin(history, 100, "a", "b");
        for (var epoch = 0UL; epoch < 4; epoch++)
        {
            if (epoch != 2)
                history.Provider.Commit(history.Auditors[0], key, epoch, 100_000);
            history.Provider.Serve(key, 100);
            if (epoch % 2 == 0)
                history.Step(86_400);
        }
        history.Auditors[1].Add(new AuditRefusalEvent(history.Auditors[1].Origin, history.Provider.Origin, key.PublicKey.Id, 5, All, AuditedLog.Word("refused")));
        history.Step(0);
        history.Judge(history.Auditors[0], key, 1, _ => 'r');
        history.Judge(history.Auditors[0], key, 3, _ => 'r');
        history.Step(86_400);
        history.Step(12 * 86_400);
        history.Step(86_400);
        history.Step(86_400);
        return history;
    }

    private static History Canaries()
    {
        var history = new History("canaries of two auditors; sequences that the provider's log does not hold yet; a key of nobody");
        var key = Begin(history, 100, "a", "b");
        var (a, b, provider) = (history.Auditors[0], history.Auditors[1], history.Provider.Origin);
        history.Provider.Serve(key, 40);
        var first = a.Add(new AuditCanaryEvent(a.Origin, provider, key.PublicKey.Id, 10, AuditedLog.Word("canary 1")));
        History.JudgeCanaries(a, first, 0, "rrdwuovx", 1, 2, 3, 5, 8, 13, 21, 34);
        history.Step();
        History.JudgeCanaries(a, first, 8, "rd", 39, 45);
        var second = b.Add(new AuditCanaryEvent(b.Origin, provider, key.PublicKey.Id, 100, AuditedLog.Word("canary 2")));
        History.JudgeCanaries(b, second, 0, new string('r', 60), [.. Enumerable.Range(0, 60).Select(i => (ulong)i)]);
        var nobody = b.Add(new AuditCanaryEvent(b.Origin, provider, AuditedLog.Word("nobody"), 1, AuditedLog.Word("canary 3")));
        History.JudgeCanaries(b, nobody, 0, "d", 0);
        history.Step();
        history.Provider.Serve(key, 70);
        History.JudgeCanaries(b, second, 60, "rr", 60, 61);
        history.Step();
        return history;
    }

    private static History Faults()
    {
        var history = new History("challenges: again, of a record that is not there, beyond the 256 that are kept by name");
        var key = Begin(history, 1000, "a", "b");
        history.Provider.Serve(key, 300);
        for (var i = 0UL; i < 255; i++)
            Challenge(0, i);
        Challenge(1, 7);
        Challenge(1, 300);
        history.Step();
        Challenge(1, 254);
        Challenge(1, 280);
        Challenge(0, 280);
        Challenge(0, 281);
        Challenge(1, 281);
        history.Step();
        return history;

        void Challenge(int auditor, ulong sequence)
        {
            var log = history.Auditors[auditor];
            log.Add(new ChallengeEvent(log.Origin, history.Provider.Origin, key.PublicKey.Id, sequence, AuditedLog.Word($"bundle {sequence}"), sequence));
        }
    }

    private static History Keys()
    {
        var history = new History("keys of one segment, of another, of another service; terms that change; a key that begins while another serves");
        var key = Begin(history, 100, "a");
        var us = history.Provider.Introduce("us", History.Segment("us"));
        var other = history.Provider.Introduce("other service", History.Segment(service: "other"));
        history.Run(key, 1, 100, 300_000, _ => 'r');
        history.Run(us, 1, 100, 300_000, s => s % 4 == 0 ? 'd' : 'r');
        history.Provider.Serve(other, 120);
        history.Provider.Serve(key, 30);
        history.Provider.Add(new AuditTermsEvent(history.Provider.Origin, 150, 3600));
        var (auditor, ended) = (history.Auditors[0], 1UL);
        history.Provider.Commit(auditor, key, ended, All);
        var next = history.Provider.Introduce("next", History.Segment());
        history.Judge(auditor, key, ended, s => s < 110 ? 'r' : 'w');
        history.Run(next, 1, 150, 200_000, _ => 'r');
        // The older key goes on: its next epoch ends with its hundredth record, or the next introduction.
        history.Provider.Commit(auditor, key, 2, 500_000);
        history.Provider.Serve(key, 100);
        history.Judge(auditor, key, 2, _ => 'r');
        history.Step();
        history.Provider.Serve(key, 5);
        history.Provider.Serve(next, 6);
        history.Provider.Introduce("third", History.Segment());
        history.Step();
        history.Step();
        return history;
    }

    private static History Leases()
    {
        var history = new History("leases: one that runs out and is renewed late, one that is renewed in time, one that ends with an epoch", maxLease: 200);
        history.Provider.Add(new AuditTermsEvent(history.Provider.Origin, 100, 3600));
        history.Join("a.test/log");
        var (provider, auditor) = (history.Provider, history.Auditors[0]);
        var key = provider.Introduce("serving", History.Segment(), 60);
        provider.Commit(auditor, key, 0, All);
        provider.Serve(key, 40);
        history.Step();
        var id = key.PublicKey.Id;
        while (provider.State.EndedEpochs(id) == 0)
            provider.Add(new AuditTermsEvent(provider.Origin, 100, 3600));
        provider.Add(KeyEvent.Renew(provider.Origin, id, provider.State.Size + 180));
        history.Judge(auditor, key, 0, _ => 'r');
        provider.Commit(auditor, key, 1, 500_000);
        provider.Serve(key, 100);
        history.Judge(auditor, key, 1, _ => 'r');
        history.Step();
        provider.Add(KeyEvent.Renew(provider.Origin, id, provider.State.Size + 200));
        provider.Serve(key, 99);
        provider.Add(KeyEvent.Retire(provider.Origin, id));
        provider.Add(KeyEvent.Renew(provider.Origin, id, provider.State.Size + 50));
        history.Step();
        var last = provider.Introduce("last", History.Segment(), 121);
        provider.Serve(last, 20);
        provider.Serve(last, 100);
        history.Step();
        return history;
    }

    private static History Compromises()
    {
        var history = new History("compromises: from before, from later, after a record that diverged");
        var key = Begin(history, 100, "a");
        var (provider, auditor) = (history.Provider, history.Auditors[0]);
        provider.Commit(auditor, key, 0, All);
        provider.Serve(key, 50);
        provider.Add(KeyEvent.Compromise(provider.Origin, key.PublicKey.Id, 20));
        history.Judge(auditor, key, 0, s => s == 49 ? 'd' : 'r');
        history.Step();
        var second = provider.Introduce("second", History.Segment());
        provider.Commit(auditor, second, 0, All);
        provider.Serve(second, 10);
        var at = provider.State.Size;
        provider.Add(KeyEvent.Compromise(provider.Origin, second.PublicKey.Id, at + 6));
        provider.Serve(second, 3);
        history.Step();
        provider.Add(KeyEvent.Compromise(provider.Origin, second.PublicKey.Id, at + 100));
        provider.Add(new AuditTermsEvent(provider.Origin, 100, 3600));
        history.Step();
        history.Judge(auditor, second, 0, _ => 'r');
        history.Step();
        return history;
    }

    private static History Owners()
    {
        var history = new History("the root keys change hands: the same model begins at nothing");
        var key = Begin(history, 100, "a");
        var (provider, auditor) = (history.Provider, history.Auditors[0]);
        history.Run(key, 1, 100, All, _ => 'r');
        provider.Serve(key, 10);
        provider.Add(KeyEvent.Retire(provider.Origin, key.PublicKey.Id));
        provider.Add(new OwnerEvent(provider.Origin, "Another Ltd"));
        history.Step();
        var next = provider.Introduce("next", History.Segment());
        history.Run(next, 1, 100, All, _ => 'u');
        history.Step();
        history.Step();
        return history;
    }

    private static History Alarms()
    {
        var history = new History("a change after 1,100 clean records: alarms, and an alarm that is over after 32 epochs");
        var key = Begin(history, 100, "a");
        history.Run(key, 11, 100, All, s => s % 400 == 7 ? 'u' : 'r');
        history.Step();
        history.Run(key, 3, 100, All, s => s % 6 == 0 ? 'd' : 'r');
        history.Step();
        history.Run(key, 31, 100, 20_000, _ => 'r');
        history.Step();
        history.Run(key, 1, 100, 20_000, _ => 'r');
        history.Step();
        history.Run(key, 1, 100, 20_000, _ => 'r');
        history.Step();
        return history;
    }

    private static History NoBaseline()
    {
        var history = new History("so many failures that no detector fits; epochs of a thousand where there are no terms");
        var auditor = history.Join("a.test/log");
        var key = history.Provider.Introduce("serving", History.Segment());
        history.Run(key, 2, 1000, 600_000, s => s % 8 < 5 ? 'd' : 'r');
        history.Step();
        return history;
    }

    private static History Joining()
    {
        var history = new History("an auditor that is read only later, and had judged before; origins out of ASCII");
        var key = Begin(history, 100, "m");
        history.Run(key, 2, 100, 300_000, _ => 'r');
        history.Step();
        var late = history.Join("\u00e9.test/log");
        var first = history.Join("a.test/log");
        history.Provider.Commit(late, key, 2, 500_000);
        history.Provider.Commit(history.Auditors[1], key, 2, 500_000);
        history.Provider.Serve(key, 100);
        history.Judge(late, key, 2, s => s % 9 == 0 ? 'w' : 'r');
        history.Judge(history.Auditors[1], key, 2, _ => 'r');
        history.Step();
        first.Add(new AuditRefusalEvent(first.Origin, history.Provider.Origin, key.PublicKey.Id, 3, All, AuditedLog.Word("refused")));
        history.Step();
        return history;
    }

    private static History Strangers()
    {
        var history = new History("entries about other providers, other services and keys that nobody introduced; a commitment under another log key");
        var key = Begin(history, 100, "a");
        var (provider, auditor) = (history.Provider, history.Auditors[0]);
        var (elsewhere, word) = ("elsewhere.test/log", AuditedLog.Word("nobody"));
        var other = provider.Introduce("other service", History.Segment(service: "other"));
        provider.Add(AuditSeedEvent.Sign(provider.Origin, key.PublicKey.Id, 0, auditor.Origin, provider.LogKey, 500_000, AuditedLog.SecretOf(auditor, 0)));
        provider.Serve(key, 100);
        provider.Serve(other, 100);
        var at = history.Draw(auditor, key, 0);
        auditor.Judge(at, 0, 3, _ => 'd');
        foreach (var (origin, id) in new[] { (elsewhere, key.PublicKey.Id), (provider.Origin, other.PublicKey.Id), (provider.Origin, word) })
        {
            auditor.Add(new AuditRefusalEvent(auditor.Origin, origin, id, 5, All, word));
            auditor.Add(new ChallengeEvent(auditor.Origin, origin, id, 5, word, 0));
            var canary = auditor.Add(new AuditCanaryEvent(auditor.Origin, origin, id, 5, word));
            History.JudgeCanaries(auditor, canary, 0, "d", 3);
        }
        history.Step();
        history.Step();
        return history;
    }
}
