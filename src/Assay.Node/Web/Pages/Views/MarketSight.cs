using System.Globalization;
using Assay.Market.Journal;
using Assay.Market.Ledger;
using Assay.Node.Market;
using Assay.Reliability.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages.Views;

/// <summary>What pages of a market are made from.</summary>
internal sealed record MarketSight(MarketFold Journal, MarketChronicle Past, MarketNames Names)
{
    public MarketState State => Journal.State;

    public Book Book => State.Book;

    public static string Units(long units) => units < 0 ? "−" + Show.Number(-units) : Show.Number(units);

    public static string Time(ulong seconds) => Show.Time(DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 253_402_300_799)));

    public static string Rate(uint millionths) => AccountWords.Percent(millionths);

    /// <summary>A threshold and the rate from which all is paid.</summary>
    public static string Above(uint threshold, uint width) => $"above {Rate(threshold)}, in full from {Rate(Math.Min(1_000_000, threshold + width))}";

    public string Segment(Hash account, ulong segment) => Names.Of(account, segment);

    public static string Decimal(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture).Replace(',', '\u202f');
}
