using Assay.Audit.Accounts;
using Assay.Reliability.Accounts;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Audit.Stories;

/// <summary>A provider, two auditors, and what is kept of them.</summary>
internal sealed class Story(string origin, string name, Hash model)
{
    private const ulong Begin = 1_790_000_000;

    private readonly AuditedLog provider = new(origin, maxLease: 1 << 30);
    private readonly AuditedLog[] auditors = [new("north.auditors.example/log"), new("south.auditors.example/log")];

    public void Live(AccountVault vault, int days, int epochRecords, uint rate, Func<int, ulong, char> judge, int secondModelAt = -1)
    {
        provider.Add(new AuditTermsEvent(origin, (ulong)epochRecords, 3600));
        var segment = new Segment("assay", secondModelAt < 0 ? model : AuditedLog.Word("an older model"), "assay-f32-v1", "eu-north");
        var key = provider.Introduce("serving", segment, lease: 1 << 29);
        var state = new AccountState(new AccountId(provider.State.Genesis!.Roots.Id, "assay", "replay"));
        var books = auditors.Select(a => new AuditBook(a.State.Genesis!, origin, state)).ToArray();
        var (read, history) = (new int[auditors.Length], new FigureHistory());
        for (var day = 0; day <= days; day++)
        {
            if (day == secondModelAt)
                key = provider.Introduce("serving anew", segment with { Model = model }, lease: 1 << 29);
            if (day > 0)
                Serve(key, day, epochRecords, rate, judge);
            for (var i = 0; i < auditors.Length; i++)
                for (; read[i] < auditors[i].Events.Count; read[i]++)
                    books[i].Apply(auditors[i].Events[read[i]].Index, auditors[i].Events[read[i]].Event);
            Step(vault, state, books, history, Begin + (ulong)day * 86_400);
        }
    }

    private void Serve(SigningKey key, int day, int records, uint rate, Func<int, ulong, char> judge)
    {
        var epoch = provider.State.EndedEpochs(key.PublicKey.Id);
        foreach (var auditor in auditors)
            provider.Commit(auditor, key, epoch, rate);
        provider.Serve(key, records);
        foreach (var auditor in auditors)
        {
            var draw = auditor.Add(auditor.DrawOf(provider, key, epoch, auditors));
            if (((AuditDrawEvent)auditor.Events[^1].Event).Drawn is > 0 and var drawn)
                auditor.Judge(draw, 0, (int)drawn, s => judge(day, s));
        }
        var canary = auditors[0].Add(new AuditCanaryEvent(auditors[0].Origin, origin, key.PublicKey.Id, 3, AuditedLog.Word($"canary {day}")));
        var first = provider.State.ReceiptsOf(key.PublicKey.Id) - 3;
        auditors[0].Add(new AuditVerdictsEvent(auditors[0].Origin, AuditLane.Canary, canary, 0, "rrr", [first, first + 1, first + 2], AuditedLog.Engine, AuditedLog.Word("work"), []));
    }

    private void Step(AccountVault vault, AccountState state, AuditBook[] books, FigureHistory history, ulong time)
    {
        var (rows, number) = (new List<KeptEpoch>(), state.Steps);
        var sizes = auditors.Select(a => new LogSize(a.Origin, a.State.Size, a.State.RootAt(a.State.Size))).ToArray();
        var step = new AccountFold("assay", provider.State, books, state).Step(time, sizes, "keeper.example/log", place => rows.Add(history.Add(state.Segments[place], place, number, time)));
        vault.Put(
            new KeptAccount(state.Account, origin, name, $"https://{origin}", provider.State.Genesis!.Roots.Id, "assay", "replay", state.Steps, time, state.ToBytes()),
            state.Segments.Select((s, place) => new KeptSegment(state.Account, place, s.Model, s.Model == model ? "digits@1" : "", s.Profile, s.Region)),
            rows, new KeptStep(number, time, step.ToBytes(), Logged: true));
    }
}
