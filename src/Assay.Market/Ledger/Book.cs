using Assay.Reliability.Accounts;
using Assay.Verify;

namespace Assay.Market.Ledger;

/// <summary>Double entry: balances of holders, each asset adding up to zero, none below zero but its issuer's (docs/spec/market.md section 2).</summary>
/// <remarks>Not for several threads.</remarks>
public sealed class Book
{
    /// <summary>Amounts are below this.</summary>
    public const long Limit = 1L << 53;

    // Of how many balances a state can be read.
    private const int Most = 1 << 24;

    private static readonly int Kinds = Enum.GetValues<HolderKind>().Length;

    // A balance of zero is not there, and neither is an asset without balances.
    private readonly Dictionary<Asset, Dictionary<Holder, long>> sheets = [];
    private readonly long[] units = new long[Kinds];

    // What balances were before, newest last: since the event began.
    private readonly List<Posting> undo = [];
    private Asset lastAsset;
    private Dictionary<Holder, long>? last;

    /// <summary>How many balances are not zero.</summary>
    public int Count => sheets.Values.Sum(s => s.Count);

    /// <summary>Postings done since this book was made.</summary>
    public ulong Posted { get; private set; }

    /// <summary>A balance; 0 where there is none.</summary>
    public long Of(Holder holder, Asset asset) => Sheet(asset) is { } sheet ? sheet.GetValueOrDefault(holder) : 0;

    /// <summary>All balances that are not zero, in order of holder and then of asset.</summary>
    public IEnumerable<Posting> Balances => sheets.SelectMany(s => s.Value.Select(b => new Posting(b.Key, s.Key, b.Value))).OrderBy(p => p.Holder).ThenBy(p => p.Asset);

    /// <summary>Who holds an asset, in order of holder, its issuer left out.</summary>
    public IReadOnlyList<Posting> HoldersOf(Asset asset) => Sheet(asset) is not { } sheet ? []
        : [.. sheet.Where(b => b.Key.Kind != HolderKind.Issuer).Select(b => new Posting(b.Key, asset, b.Value)).OrderBy(p => p.Holder)];

    /// <summary>How much of an asset was issued and not taken back.</summary>
    public long Issued(Asset asset) => -Of(Holder.Issuer, asset);

    /// <summary>The units that all holders of one kind have.</summary>
    public long UnitsOf(HolderKind kind) => units[(int)kind];

    /// <summary>Does all of the postings, or none.</summary>
    /// <exception cref="MarketRefusal">A balance would be below zero or beyond the limit: nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">They do not add up to zero for each asset: a defect of whoever made them.</exception>
    public void Post(params ReadOnlySpan<Posting> postings)
    {
        MustAddUp(postings);
        var before = undo.Count;
        foreach (ref readonly var posting in postings)
        {
            var sum = Add(posting);
            if (sum <= -Limit || sum >= Limit || (sum < 0 && posting.Holder.Kind != HolderKind.Issuer && !Later(postings, posting, undo.Count - before)))
            {
                Undo(before);
                throw Refused(posting, sum);
            }
        }
        Posted += (ulong)postings.Length;
    }

    /// <summary>Moves an amount from one holder to another.</summary>
    /// <exception cref="MarketRefusal">There is not so much.</exception>
    public void Move(Holder from, Holder to, Asset asset, long amount) => Post(new Posting(from, asset, -amount), new Posting(to, asset, amount));

    /// <summary>What the newest event has changed: each balance with what it was before, once, in the order in which it was first touched.</summary>
    public IReadOnlyList<Posting> Touched()
    {
        var first = new Dictionary<(Holder, Asset), Posting>();
        foreach (var was in undo)
            first.TryAdd((was.Holder, was.Asset), was);
        return [.. first.Values.Where(was => Of(was.Holder, was.Asset) != was.Amount)];
    }

    /// <summary>An event begins: what is posted from here on can be undone.</summary>
    internal void Begin() => undo.Clear();

    /// <summary>Nothing was posted since the event began.</summary>
    internal void Undo() => Undo(0);

    /// <summary>
    /// Of what the event has touched: as many YES as NO of a contract, and as many units in its sets. That balances add up and are not
    /// below zero, each posting has checked.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is not so: a defect.</exception>
    internal void CheckTouched()
    {
        foreach (ref readonly var touched in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(undo))
        {
            if (touched.Asset.Kind is not (AssetKind.Yes or AssetKind.No) && touched.Holder.Kind != HolderKind.Sets)
                continue;
            var contract = touched.Asset.Kind == AssetKind.Unit ? touched.Holder.Number : touched.Asset.Number;
            var (yes, no, sets) = (Issued(new Asset(AssetKind.Yes, contract)), Issued(new Asset(AssetKind.No, contract)), Of(new Holder(HolderKind.Sets, contract), Asset.Unit));
            if (yes != no || yes != sets)
                throw new InvalidOperationException($"contract {contract} has {yes} YES and {no} NO for {sets} units");
        }
    }

    /// <exception cref="InvalidOperationException">An invariant is broken.</exception>
    internal void CheckAll()
    {
        var sums = new long[Kinds];
        foreach (var (asset, sheet) in sheets)
        {
            Int128 sum = 0;
            foreach (var (holder, balance) in sheet)
            {
                sum += balance;
                if (balance == 0 || balance <= -Limit || balance >= Limit || (balance < 0 && holder.Kind != HolderKind.Issuer))
                    throw new InvalidOperationException($"{holder.Kind} {holder.Number} has {balance} of {asset.Kind} {asset.Number}");
                if (asset == Asset.Unit)
                    sums[(int)holder.Kind] += balance;
            }
            if (sum != 0 || sheet.Count == 0)
                throw new InvalidOperationException($"balances of {asset.Kind} {asset.Number} add up to {sum}");
        }
        if (!sums.AsSpan().SequenceEqual(units))
            throw new InvalidOperationException("the sums of units by kind of holder are not those of the balances");
    }

    internal void Transfer(StateBytes bytes)
    {
        var balances = new List<Posting>(bytes.Reads ? [] : Balances);
        bytes.List(balances, Most, 40, posting =>
        {
            var (holderKind, holder) = ((ulong)posting.Holder.Kind, posting.Holder.Number);
            var (assetKind, asset) = ((ulong)posting.Asset.Kind, posting.Asset.Number);
            var amount = posting.Amount;
            bytes.Number(ref holderKind);
            bytes.Number(ref holder);
            bytes.Number(ref assetKind);
            bytes.Number(ref asset);
            bytes.Number(ref amount);
            if (holderKind >= (ulong)Kinds || assetKind > (ulong)AssetKind.Bond)
                throw new MalformedException("a market's state with a balance of nobody or of nothing");
            return new Posting(new Holder((HolderKind)holderKind, holder), new Asset((AssetKind)assetKind, asset), amount);
        }, default);
        if (!bytes.Reads)
            return;
        for (var i = 1; i < balances.Count; i++)
            if ((balances[i - 1].Holder.CompareTo(balances[i].Holder), balances[i - 1].Asset.CompareTo(balances[i].Asset)) is not ((< 0, _) or (0, < 0)))
                throw new MalformedException("a market's state with balances out of order");
        foreach (var balance in balances)
            _ = Add(balance);
        undo.Clear();
        try
        {
            CheckAll();
        }
        catch (InvalidOperationException e)
        {
            throw new MalformedException($"a market's state whose book does not hold: {e.Message}", e);
        }
    }

    // Whether a balance that is below zero now is touched again by a posting that is not done yet: the sum is what counts.
    private static bool Later(ReadOnlySpan<Posting> postings, in Posting posting, int done)
    {
        foreach (ref readonly var other in postings[done..])
            if (other.Holder == posting.Holder && other.Asset == posting.Asset)
                return true;
        return false;
    }

    private static void MustAddUp(ReadOnlySpan<Posting> postings)
    {
        if (postings is [var from, var to] && from.Asset == to.Asset && from.Amount is > -Limit and < Limit && from.Amount == -to.Amount)
            return;
        for (var i = 0; i < postings.Length; i++)
        {
            Int128 sum = 0;
            foreach (ref readonly var other in postings)
                if (other.Asset == postings[i].Asset)
                    sum += other.Amount;
            if (sum != 0 || postings[i].Amount is <= -Limit or >= Limit)
                throw new InvalidOperationException($"postings of {postings[i].Asset} that add up to {sum}, or one beyond the limit");
        }
    }

    private static MarketRefusal Refused(in Posting posting, long sum) => sum < 0 && posting.Holder.Kind != HolderKind.Issuer
        ? new MarketRefusal($"{posting.Holder.Kind} {posting.Holder.Number} has {sum - posting.Amount} of {posting.Asset.Kind} {posting.Asset.Number}, {-posting.Amount} are asked for")
        : new MarketRefusal($"more of {posting.Asset.Kind} {posting.Asset.Number} than a balance can hold");

    private Dictionary<Holder, long>? Sheet(Asset asset)
    {
        if (last is null || lastAsset != asset)
            (lastAsset, last) = (asset, sheets.GetValueOrDefault(asset));
        return last;
    }

    // The new balance: amounts and balances are below 2^53, so that sums cannot overflow.
    private long Add(in Posting posting)
    {
        var sheet = Sheet(posting.Asset);
        if (sheet is null)
        {
            sheets.Add(posting.Asset, sheet = []);
            last = sheet;
        }
        ref var balance = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sheet, posting.Holder, out _);
        undo.Add(posting with { Amount = balance });
        var sum = balance += posting.Amount;
        Drop(sheet, posting, sum);
        if (posting.Asset.Kind == AssetKind.Unit)
            units[(int)posting.Holder.Kind] += posting.Amount;
        return sum;
    }

    private void Drop(Dictionary<Holder, long> sheet, in Posting posting, long balance)
    {
        if (balance != 0)
            return;
        sheet.Remove(posting.Holder);
        if (sheet.Count > 0)
            return;
        sheets.Remove(posting.Asset);
        last = null;
    }

    private void Undo(int down)
    {
        for (var i = undo.Count - 1; i >= down; i--)
        {
            var was = undo[i];
            var now = Of(was.Holder, was.Asset);
            if (now != was.Amount)
                _ = Add(was with { Amount = was.Amount - now });
        }
        undo.RemoveRange(down, undo.Count - down);
    }
}
