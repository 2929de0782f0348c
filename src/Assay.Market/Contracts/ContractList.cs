using Assay.Market.Corruption;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Crypto;

namespace Assay.Market.Contracts;

/// <summary>The contracts that were opened and are not decided (docs/spec/market.md section 5).</summary>
public sealed class ContractList : IProduct, IPaysOnFailure
{
    private const int Most = 1 << 20;

    private readonly SortedDictionary<ulong, Contract> open = [];
    private ulong opened;

    /// <summary>Told of each contract that is decided, after it was.</summary>
    public Action<ContractDecision>? Decided { get; set; }

    /// <summary>How many were ever opened: the number of the next.</summary>
    public ulong Opened => opened;

    /// <summary>Those that are not decided, by number.</summary>
    public IReadOnlyCollection<Contract> Open => open.Values;

    /// <summary>A contract that is not decided; null for another.</summary>
    public Contract? Of(ulong number) => open.GetValueOrDefault(number);

    /// <summary>What a trade would cost now, in units; what it would bring is below zero.</summary>
    /// <param name="shares">Bought; below zero they are sold.</param>
    /// <exception cref="MarketRefusal">There is no such contract any more, or it cannot sell so many.</exception>
    public long Cost(Book book, ulong number, AssetKind side, long shares)
    {
        var contract = MustBeOpen(number);
        return Lmsr.Cost([contract.Sold(book, contract.Yes), contract.Sold(book, contract.No)], contract.Terms.Liquidity, side == AssetKind.Yes ? 0 : 1, shares);
    }

    internal void Begin(MarketState state, ContractEvent order)
    {
        order.Terms.Check();
        var look = state.Looks.ToSell(state, order.Account, order.Segment);
        if (order.Terms.Until <= state.Time)
            throw new MarketRefusal($"a contract until {order.Terms.Until}, which is not after {state.Time}");
        if (open.Count == Most)
            throw new MarketRefusal($"no more than {Most} contracts at a time");
        var contract = new Contract(opened, order.By, Window.Open(look, (int)order.Segment, state.Terms.Grace), order.Terms);
        state.Book.Move(Holder.Participant(order.By), contract.Maker, Asset.Unit, Lmsr.Subsidy(order.Terms.Liquidity));
        open.Add(opened++, contract);
    }

    internal void Trade(MarketState state, TradeEvent order)
    {
        var (contract, trader) = (MustBeOpen(order.Contract), Holder.Participant(order.By));
        if (state.Time >= contract.Terms.Until)
            throw new MarketRefusal($"contract {contract.Number} is over: it was until {contract.Terms.Until}");
        var side = order.Side == AssetKind.Yes ? contract.Yes : contract.No;
        var cost = Cost(state.Book, contract.Number, order.Side, order.Buys ? order.Shares : -order.Shares);
        if (order.Buys)
        {
            if (cost > order.Limit)
                throw new MarketRefusal($"{order.Shares} shares cost {cost} units, above the limit of {order.Limit}");
            if (order.Side == AssetKind.No)
            {
                MustNotBeAffiliated(state, order.By, contract);
                OpenInterest.MustAllow(state, contract.Window.Account, Position(contract, order.Shares));
            }
            Pay(state.Book, trader, contract.Maker, cost);
            MakeSets(state.Book, contract, Math.Max(0, order.Shares - state.Book.Of(contract.Maker, side)));
            state.Book.Move(contract.Maker, trader, side, order.Shares);
        }
        else
        {
            if (-cost < order.Limit)
                throw new MarketRefusal($"{order.Shares} shares bring {-cost} units, below the limit of {order.Limit}");
            state.Book.Move(trader, contract.Maker, side, order.Shares);
            MakeSets(state.Book, contract, -Math.Min(state.Book.Of(contract.Maker, contract.Yes), state.Book.Of(contract.Maker, contract.No)));
            Pay(state.Book, contract.Maker, trader, -cost);
        }
    }

    /// <inheritdoc/>
    public void Look(MarketState state, Look look)
    {
        foreach (var contract in open.Values.Where(c => c.Window.Concerns(look)).ToList())
        {
            var seen = contract with { Window = contract.Window.See(look) };
            open[contract.Number] = seen;
            Decide(state, seen, look);
        }
    }

    /// <inheritdoc/>
    public void Tick(MarketState state)
    {
        foreach (var contract in open.Values.Where(c => c.Terms.Until <= state.Time).ToList())
            Decide(state, contract, state.Looks.Of(contract.Window.Account));
    }

    /// <inheritdoc/>
    public void MayMove(MarketState state, Holder from, Holder to, Asset asset, long shares)
    {
        if (asset.Kind == AssetKind.No && to.Kind == HolderKind.Participant && Of(asset.Number) is { } contract)
            MustNotBeAffiliated(state, to.Number, contract);
    }

    /// <inheritdoc/>
    public IEnumerable<FailurePosition> PaysOnFailure(MarketState state, Hash account) =>
        from contract in open.Values
        where contract.Window.Account == account && contract.Sold(state.Book, contract.No) > 0
        select Position(contract, contract.Sold(state.Book, contract.No));

    /// <inheritdoc/>
    public void CheckAll(MarketState state)
    {
        var (cash, sets) = (0L, 0L);
        foreach (var contract in open.Values)
        {
            var book = state.Book;
            long[] sold = [contract.Sold(book, contract.Yes), contract.Sold(book, contract.No)];
            var (has, collateral) = (book.Of(contract.Maker, Asset.Unit), book.Of(contract.Sets, Asset.Unit));
            // What the maker has with its own shares in the best case of the traders is what it would have if it had never made sets.
            if ((Int128)(has + collateral) << 64 < Lmsr.Lower(sold, contract.Terms.Liquidity) || sold.Min() < 0 || sold.Max() != collateral)
                throw new InvalidOperationException($"the maker of contract {contract.Number} has {has} units, and {collateral} in sets, for {sold[0]} YES and {sold[1]} NO");
            if (book.Issued(contract.Yes) != collateral || book.Issued(contract.No) != collateral)
                throw new InvalidOperationException($"contract {contract.Number} has {collateral} units for {book.Issued(contract.Yes)} YES and {book.Issued(contract.No)} NO");
            (cash, sets) = (cash + has, sets + collateral);
        }
        if (state.Book.UnitsOf(HolderKind.Maker) != cash || state.Book.UnitsOf(HolderKind.Sets) != sets)
            throw new InvalidOperationException("makers or sets of contracts that are decided");
    }

    /// <inheritdoc/>
    public void Transfer(StateBytes bytes)
    {
        bytes.Number(ref opened);
        var rows = bytes.Reads ? [] : open.Values.ToList();
        bytes.List(rows, Most, 112, contract => Contract.Transfer(contract, bytes), null!);
        if (!bytes.Reads)
            return;
        foreach (var (at, contract) in rows.Index())
            if (contract.Number >= opened || (at > 0 && contract.Number <= rows[at - 1].Number) || !open.TryAdd(contract.Number, contract))
                throw new MalformedException("a market's state with contracts out of order");
    }

    private void Decide(MarketState state, Contract contract, Look? look)
    {
        var counts = look is null ? null : contract.Window.Counts(look);
        var outcome = contract.Terms.Decide(counts?.Passes ?? 0, counts?.Failures ?? 0, state.Time >= contract.Terms.Until);
        if (outcome == ContractOutcome.Undecided)
            return;
        var back = Redeem(state.Book, contract, outcome);
        open.Remove(contract.Number);
        Decided?.Invoke(new ContractDecision(contract, outcome, counts, state.Time, back));
    }

    // What each share gets, of the maker's too; then what the maker has goes back. Units to the sponsor.
    private static long Redeem(Book book, Contract contract, ContractOutcome outcome)
    {
        foreach (var side in new[] { contract.Yes, contract.No })
        {
            var wins = outcome == (side.Kind == AssetKind.Yes ? ContractOutcome.Yes : ContractOutcome.No);
            foreach (var (holder, _, own) in book.HoldersOf(side))
            {
                Pay(book, contract.Sets, holder, wins ? own : outcome == ContractOutcome.Void ? own / 2 : 0);
                book.Move(holder, Holder.Issuer, side, own);
            }
        }
        Pay(book, contract.Sets, Holder.Pool, book.Of(contract.Sets, Asset.Unit));
        var back = book.Of(contract.Maker, Asset.Unit);
        Pay(book, contract.Maker, Holder.Participant(contract.Sponsor), back);
        return back;
    }

    // Complete sets for the maker; below zero they are given back.
    private static void MakeSets(Book book, Contract contract, long sets)
    {
        if (sets > 0)
            book.Post(
                new Posting(contract.Maker, Asset.Unit, -sets), new Posting(contract.Sets, Asset.Unit, sets),
                new Posting(Holder.Issuer, contract.Yes, -sets), new Posting(contract.Maker, contract.Yes, sets),
                new Posting(Holder.Issuer, contract.No, -sets), new Posting(contract.Maker, contract.No, sets));
        else if (sets < 0)
            book.Post(
                new Posting(contract.Sets, Asset.Unit, sets), new Posting(contract.Maker, Asset.Unit, -sets),
                new Posting(contract.Maker, contract.Yes, sets), new Posting(Holder.Issuer, contract.Yes, -sets),
                new Posting(contract.Maker, contract.No, sets), new Posting(Holder.Issuer, contract.No, -sets));
    }

    private static void Pay(Book book, Holder from, Holder to, long units)
    {
        if (units > 0)
            book.Move(from, to, Asset.Unit, units);
    }

    private static FailurePosition Position(Contract contract, long shares) =>
        new(contract.Window, contract.Terms.Until, shares, contract.Terms.Audited, contract.Terms.FailuresForNo);

    private static void MustNotBeAffiliated(MarketState state, ulong participant, Contract contract)
    {
        if (state.Participants.IsAffiliated(participant, contract.Window.Account))
            throw new MarketRefusal($"participant {participant} is affiliated with the account of contract {contract.Number}: who can make it fail does not gain by it");
    }

    private Contract MustBeOpen(ulong number) => Of(number) ?? throw new MarketRefusal(number < opened ? $"contract {number} is decided" : $"there is no contract {number}");
}
