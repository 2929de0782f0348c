using Assay.Verify.Crypto;

namespace Assay.Store.Market;

/// <summary>A balance that an event changed. Kinds and numbers are those of docs/spec/market.md section 2.</summary>
/// <param name="Change">What was added to it; below zero it was taken.</param>
/// <param name="Balance">What it is since.</param>
public readonly record struct KeptChange(int HolderKind, ulong Holder, int AssetKind, ulong Asset, long Change, long Balance);

/// <summary>What something cost when an event had been done.</summary>
/// <param name="Kind">What is priced: <c>cover</c>, <c>yes</c>, <c>auction</c>, <c>pool</c>.</param>
/// <param name="Subject">Which: an account and the place of its segment, an asset, a contract.</param>
/// <param name="Price">Millionths of a unit, for one share or one unit insured.</param>
public sealed record KeptPrice(string Kind, string Subject, ulong Price);

/// <summary>Something that was settled.</summary>
/// <param name="Kind"><c>policy</c>, <c>contract</c>, <c>series</c>, <c>slash</c>, <c>auction</c> or <c>stake</c>.</param>
/// <param name="Number">Of its kind.</param>
/// <param name="Units">What was paid or lost, where that is one number.</param>
/// <param name="Detail">All of it, a JSON object.</param>
public sealed record KeptSettlement(string Kind, ulong Number, long Units, byte[] Detail);

/// <summary>A settlement, where and when it was.</summary>
/// <param name="Time">Unix seconds.</param>
public sealed record KeptSettlementAt(KeptSettlement Settlement, ulong Entry, int Place, ulong Time);

/// <summary>One event of a market's journal, as it was done.</summary>
/// <param name="Place">In its entry, from 0.</param>
/// <param name="Time">Of the entry, Unix seconds.</param>
/// <param name="By">The participant whose instruction it is; null for what the market does.</param>
/// <param name="Text">What the log holds of it, without the signature.</param>
public sealed record KeptMarketEvent(
    ulong Entry, int Place, ulong Time, string Do, ulong? By, byte[] Text,
    IReadOnlyList<KeptChange> Changes, IReadOnlyList<KeptPrice> Prices, IReadOnlyList<KeptSettlement> Settlements);

/// <summary>How far a projection has come.</summary>
/// <param name="Entries">Entries of the journal that are in it.</param>
/// <param name="State">Digest of the market's state after the last of them.</param>
public readonly record struct ProjectedTo(ulong Entries, Hash State);
