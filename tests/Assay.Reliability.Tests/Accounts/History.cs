using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>What a step of a history came to.</summary>
/// <param name="Sizes">How far each log was read, by origin, the provider's first.</param>
/// <param name="State">The bytes of the account's state.</param>
internal sealed record Folded(ulong Time, IReadOnlyList<(string Origin, ulong Size)> Sizes, byte[] State, Hash Digest, IReadOnlyList<AccountFigures> Figures);

/// <summary>A provider's life and its auditors', with every step of the account of one service: a case of the vectors.</summary>
internal sealed class History(string what, ulong maxLease = 1 << 20)
{
    public const string Service = "svc";

    private readonly List<AuditBook> books = [];
    private readonly List<int> read = [];
    private AccountFold? fold;
    private AccountState? account;
    private ulong time = 1_770_000_000;

    public string What => what;

    public AuditedLog Provider { get; } = new("provider.test/log", maxLease);

    /// <summary>In ascending order of origin, as the fold reads them.</summary>
    public List<AuditedLog> Auditors { get; } = [];

    public List<Folded> Steps { get; } = [];

    public AccountState State => account ??= new AccountState(new AccountId(Provider.State.Genesis!.Roots.Id, Service, "replay"));

    public static Segment Segment(string region = "eu", string service = Service) => new(service, AuditedLog.Word("model"), "profile", region);

    /// <summary>An auditor that the next step reads from its beginning.</summary>
    /// <param name="own">It has the provider's keys.</param>
    public AuditedLog Join(string origin, bool own = false)
    {
        var log = new AuditedLog(origin, keysOf: own ? Provider : null);
        var place = Auditors.TakeWhile(a => string.CompareOrdinal(a.Origin, origin) < 0).Count();
        Auditors.Insert(place, log);
        books.Insert(place, new AuditBook(log.State.Genesis!, Provider.Origin, State));
        read.Insert(place, 0);
        return log;
    }

    public ulong Draw(AuditedLog auditor, SigningKey key, ulong epoch, Func<AuditDrawEvent, AuditDrawEvent>? change = null, params AuditedLog[] leftOut)
    {
        var draw = auditor.DrawOf(Provider, key, epoch, Auditors, leftOut);
        return auditor.Add(change is null ? draw : change(draw));
    }

    /// <summary>Draws, and judges all that was drawn.</summary>
    public void Judge(AuditedLog auditor, SigningKey key, ulong epoch, Func<ulong, char> judge, params AuditedLog[] leftOut)
    {
        var at = Draw(auditor, key, epoch, null, leftOut);
        if (((AuditDrawEvent)auditor.Events[^1].Event) is { Drawn: > 0 } draw)
            auditor.Judge(at, 0, (int)draw.Drawn, judge);
    }

    /// <summary>Verdicts of an auditor's canaries.</summary>
    public static void JudgeCanaries(AuditedLog auditor, ulong canary, ulong first, string letters, params ulong[] records) =>
        auditor.Add(auditor.Verdicts(canary, (int)first, letters) with { Lane = AuditLane.Canary, Records = [.. records] });

    /// <summary>Epochs of records that each auditor's function judges, with commitments of all before.</summary>
    public void Run(SigningKey key, int epochs, int records, uint rate, params Func<ulong, char>[] judges)
    {
        for (; epochs > 0; epochs--)
        {
            var epoch = Provider.State.EndedEpochs(key.PublicKey.Id);
            foreach (var auditor in Auditors)
                Provider.Commit(auditor, key, epoch, rate);
            Provider.Serve(key, records);
            foreach (var (i, auditor) in Auditors.Index())
                Judge(auditor, key, epoch, judges[i % judges.Length]);
        }
    }

    public AccountEpochEvent Step(ulong seconds = 3600)
    {
        fold ??= new AccountFold(Service, Provider.State, books, State);
        for (var i = 0; i < books.Count; i++)
            for (; read[i] < Auditors[i].Events.Count; read[i]++)
                books[i].Apply(Auditors[i].Events[read[i]].Index, Auditors[i].Events[read[i]].Event);
        var step = fold.Step(time += seconds, [.. Auditors.Select(a => new LogSize(a.Origin, a.State.Size, a.State.RootAt(a.State.Size)))], "keeper.test/log");
        Steps.Add(new Folded(
            time, [.. Auditors.Prepend(Provider).Select(l => (l.Origin, l.State.Size))], State.ToBytes(), State.Digest(), [.. State.Segments.Select(AccountFigures.Of)]));
        return step;
    }
}
