using Assay.Market.Ledger;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;

namespace Assay.Market.Journal;

/// <summary>What a market sells, as a part of its state.</summary>
public interface IProduct
{
    /// <summary>Writes or reads its part of the state.</summary>
    void Transfer(StateBytes bytes);

    /// <summary>Does what a look makes due. Never refuses: whatever can fail was checked when it was sold.</summary>
    void Look(MarketState state, Look look)
    {
    }

    /// <summary>Does what the state's time makes due. Never refuses.</summary>
    void Tick(MarketState state)
    {
    }

    /// <summary>Whether shares may go from one holder to another, by gift or trade.</summary>
    /// <exception cref="MarketRefusal">Not these.</exception>
    void MayMove(MarketState state, Holder from, Holder to, Asset asset, long shares)
    {
    }

    /// <summary>Checks every invariant of its own that can be seen in a state.</summary>
    /// <exception cref="InvalidOperationException">One is broken.</exception>
    void CheckAll(MarketState state)
    {
    }
}
