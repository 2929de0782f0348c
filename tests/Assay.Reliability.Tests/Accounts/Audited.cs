using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>A provider, its auditors, and the fold over their logs.</summary>
internal sealed class Audited
{
    public static readonly Segment Segment = new("svc", AuditedLog.Word("model"), "profile", "eu");

    private readonly List<AuditBook> books = [];
    private readonly bool keepsLittle;
    private readonly List<int> read = [];

    public Audited(int auditors = 2, ulong epochRecords = 100, bool ownAuditor = false, bool keepsLittle = false)
    {
        this.keepsLittle = keepsLittle;
        Provider.Add(new AuditTermsEvent(Provider.Origin, epochRecords, 3600));
        Key = Provider.Introduce("serving", Segment);
        Auditors = [.. Enumerable.Range(1, auditors).Select(i => new AuditedLog($"auditor-{i}.test/log"))];
        if (ownAuditor)
            Auditors[0] = new AuditedLog(Auditors[0].Origin, keysOf: Provider);
        Resume(new AccountState(Id));
    }

    public AuditedLog Provider { get; } = new("provider.test/log");

    public AuditedLog[] Auditors { get; }

    public SigningKey Key { get; set; }

    public AccountId Id => new(Provider.State.Genesis!.Roots.Id, Segment.Service, "replay");

    public AccountFold Fold { get; private set; } = null!;

    public SegmentState Only => Assert.Single(Fold.State.Segments);

    public LetterCounts Traffic => Only.Traffic;

    public ulong Time { get; set; } = 1_770_000_000;

    /// <summary>Begins anew from a state: the logs are read again up to where its last step read them.</summary>
    public void Resume(AccountState state)
    {
        books.Clear();
        read.Clear();
        foreach (var auditor in Auditors)
        {
            var book = new AuditBook(auditor.State.Genesis!, Provider.Origin, state);
            var until = state.Logs.FirstOrDefault(l => l.Origin == auditor.Origin)?.Size ?? 0;
            var events = auditor.Events.TakeWhile(e => e.Index < until).ToArray();
            foreach (var (index, step, _) in events)
                book.Apply(index, step);
            book.SkipCounted();
            books.Add(book);
            read.Add(events.Length);
        }
        Fold = new AccountFold(Segment.Service, keepsLittle ? Provider.Progress : Provider.State, books, state);
    }

    public AccountEpochEvent Step(ulong seconds = 3600)
    {
        for (var i = 0; i < books.Count; i++)
            for (; read[i] < Auditors[i].Events.Count; read[i]++)
                books[i].Apply(Auditors[i].Events[read[i]].Index, Auditors[i].Events[read[i]].Event);
        var step = Fold.Step(Time += seconds, [.. Auditors.Select(a => new LogSize(a.Origin, a.State.Size, a.State.RootAt(a.State.Size)))], "keeper.test/log");
        if (keepsLittle)
            Provider.Progress.Forget(Fold.State.SettledOf);
        return step;
    }

    public void Commit(ulong epoch, params uint[] rates)
    {
        for (var i = 0; i < rates.Length; i++)
            Provider.Commit(Auditors[i], Key, epoch, rates[i]);
    }

    public ulong Draw(int auditor, ulong epoch, params AuditedLog[] leftOut) =>
        Auditors[auditor].Add(Auditors[auditor].DrawOf(Provider, Key, epoch, Auditors, leftOut));

    public void Judge(int auditor, ulong epoch, Func<ulong, char> judge, params AuditedLog[] leftOut)
    {
        var at = Draw(auditor, epoch, leftOut);
        var drawn = (int)((AuditDrawEvent)Auditors[auditor].Events[^1].Event).Drawn;
        if (drawn > 0)
            Auditors[auditor].Judge(at, 0, drawn, judge);
    }

    /// <summary>Epochs of a provider whose records fail as a function of their sequence says, each judged by all auditors at once.</summary>
    public void Run(int epochs, uint rate, Func<ulong, char> judge)
    {
        for (; epochs > 0; epochs--)
        {
            var epoch = Provider.State.EndedEpochs(Key.PublicKey.Id);
            Commit(epoch, [.. Auditors.Select(_ => rate)]);
            Provider.Serve(Key, (int)(Provider.State.Terms?.EpochRecords ?? 1000));
            for (var i = 0; i < Auditors.Length; i++)
                Judge(i, epoch, judge);
        }
    }
}
