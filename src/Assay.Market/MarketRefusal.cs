namespace Assay.Market;

/// <summary>What a market's rules do not allow (docs/spec/market.md). Nothing was changed.</summary>
public sealed class MarketRefusal(string message) : Exception(message);
