namespace Assay.Market.Ledger;

/// <summary>One side of what an event moves.</summary>
/// <param name="Amount">Added to the balance; below zero it is taken.</param>
public readonly record struct Posting(Holder Holder, Asset Asset, long Amount);
