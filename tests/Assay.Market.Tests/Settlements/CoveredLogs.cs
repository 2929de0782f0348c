using Assay.Market.Cover;
using Assay.Market.Journal;
using Assay.Market.Looks;
using Assay.Market.Settlements;
using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Reliability.Tests.Accounts;
using Assay.Reliability.Tests.Passports;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Market.Tests.Settlements;

/// <summary>
/// A provider with its auditors, and a market in the log that its account's steps are in: 0 is the provider, 1 and 2 buy and have spent
/// on it, 3 funds the pool. Epochs have 100 records.
/// </summary>
internal sealed class CoveredLogs
{
    public static readonly CoverTerms Plain = new(20_000, 400_000, 500, 1_000);

    private readonly Trader[] traders = [.. Enumerable.Range(0, 4).Select(i => new Trader($"covered {i}", (ulong)i))];

    /// <summary>Makes the looks of all steps, as whoever has the account does.</summary>
    private sealed class Watch : IPassportWatch
    {
        private readonly LookMaker maker = new();

        public LookEvent? Last { get; private set; }

        public void Settled(AccountState state, int place, ulong time) => maker.Settled(state, place, time);

        public void Stepped(AccountEpochEvent step, AccountState state, IProviderHistory provider) => Last = maker.Of(state);
    }

    public CoveredLogs(int auditors = 2)
    {
        Folded = new Folded(new Audited(auditors)) { Folder = new AuditedLog(Trader.Market) };
        Fold = new MarketFold(Trader.Market);
        Do([SignedEvent.Of(new TermsEvent(new MarketTerms { CoverShare = 1_000_000 })).ToBytes(), .. traders.Select(t => SignedEvent.Of(t.Number == 0 ? t.Join(Account) : t.Join()).ToBytes())]);
        Do(
            SignedEvent.Of(new GrantEvent(1, 20_000, "paper:1")).ToBytes(), SignedEvent.Of(new GrantEvent(2, 20_000, "paper:2")).ToBytes(),
            SignedEvent.Of(new GrantEvent(3, 10_000, "paper:3")).ToBytes(), traders[3].Does((by, nonce) => new FundEvent(by, nonce, 10_000)),
            traders[1].Does((by, nonce) => new PayEvent(by, nonce, 0, 5_000, Account)), traders[2].Does((by, nonce) => new PayEvent(by, nonce, 0, 5_000, Account)));
    }

    public Folded Folded { get; }

    public Audited Audited => Folded.Audited;

    public AuditedLog Log => Folded.Folder;

    public MarketFold Fold { get; }

    /// <summary>What the journal says of the account.</summary>
    public IEnumerable<LookEvent> Looks => Log.Events.Select(e => e.Event).OfType<JournalEvent>().SelectMany(j => j.Events).Select(b => SignedEvent.Parse(b).Event).OfType<LookEvent>();

    /// <summary>What is logged in place of the looks that the steps give, for as long as it lasts.</summary>
    private Queue<LookEvent> Instead { get; init; } = [];

    /// <summary>By number of the entry: what it says of the state after it, if not the truth.</summary>
    private Func<ulong, Hash?>? StateOf { get; init; }

    public Hash Account => Audited.Fold.State.Account;

    /// <summary>One entry of the journal.</summary>
    public void Do(params byte[][] events)
    {
        foreach (var step in events)
            Fold.Add(step, Audited.Time);
        var entry = Fold.Close()!;
        var previous = Log.State.EndOf(MarketFold.Journal)?.State ?? default;
        Log.Add(entry with { Previous = previous, State = StateOf?.Invoke(entry.Number) ?? entry.State });
        Fold.Keep();
    }

    /// <summary>An entry of events that no market would have done.</summary>
    public EventPlace Forge(MarketEvent step)
    {
        var bytes = step is MarketInstruction instruction ? SignedEvent.Sign(Trader.Market, instruction, traders[(int)instruction.By].Key) : SignedEvent.Of(step);
        var end = Log.State.EndOf(MarketFold.Journal)!.Value;
        Log.Add(new JournalEvent(Log.Origin, MarketFold.Journal, end.Number + 1, Audited.Time, end.State, [bytes.ToBytes()], Trader.Word($"forged {end.Number}")));
        return new EventPlace(end.Number + 1, 0);
    }

    public void Buy(ulong trader, CoverTerms? cover = null, ulong seconds = 90 * 86_400, params byte[][] also) => Do(
        [.. also, traders[trader].Does((by, nonce) => new CoverEvent(by, nonce, Account, 0, cover ?? Plain, Audited.Time + seconds, 900))]);

    public byte[] Gives(ulong from, ulong to, ulong policy, long shares) => traders[from].Does((by, nonce) => new GiveEvent(by, nonce, to, new Ledger.Asset(Ledger.AssetKind.Cover, policy), shares));

    /// <summary>Epochs are served and judged, a step is taken, and the market looks at it.</summary>
    public void Live(int epochs, Func<ulong, char> judge, bool look = true, uint rate = 300_000)
    {
        Audited.Run(epochs, rate, judge);
        Folded.Step();
        if (look)
            Do(SignedEvent.Of(Instead.TryDequeue(out var said) ? said : Look()).ToBytes());
    }

    public LookEvent Look()
    {
        var watch = new Watch();
        PassportVerifier.Verify(Folded.Passport(), null, watch);
        return watch.Last!;
    }

    public IEnumerable<ILoggedTree> Others => [new MemoryTree(Audited.Provider), .. Audited.Auditors.Select(a => new MemoryTree(a))];

    public SettlementFile Settlement(ulong policy = 0, bool? whole = null) => SettlementMaker.Make(policy, new MemoryTree(Log), Others, null, whole);

    public static byte[] Bytes(SettlementFile settlement)
    {
        using var file = new MemoryStream();
        settlement.Write(file);
        return file.ToArray();
    }

    /// <summary>Two covers of a provider that is good for some epochs and then is not; both are settled.</summary>
    /// <param name="except">A record that does not fail.</param>
    /// <param name="looks">What the market says instead of what the steps give.</param>
    /// <param name="stateOf">What entries of the journal say of the state after them.</param>
    public static CoveredLogs Small(int auditors = 2, ulong? except = null, LookEvent[]? looks = null, Func<ulong, Hash?>? stateOf = null)
    {
        var logs = new CoveredLogs(auditors) { Instead = new(looks ?? []), StateOf = stateOf };
        logs.Live(8, _ => 'r');
        logs.Buy(1);
        logs.Do(logs.Gives(1, 3, 0, 250));
        logs.Live(3, _ => 'r');
        logs.Buy(2, Plain with { Sum = 77, Threshold = 10_000 });
        logs.Live(2, s => s != except && s % 10 == 3 ? 'd' : 'r');
        logs.Live(3, s => s != except && s % 10 == 3 ? 'd' : s % 10 == 4 ? 'w' : 'r');
        logs.Live(4, s => s != except && s % 10 == 3 ? 'd' : 'r');
        logs.Live(2, _ => 'r');
        return logs;
    }
}
