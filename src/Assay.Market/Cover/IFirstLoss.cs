using Assay.Market.Journal;
using Assay.Verify.Crypto;

namespace Assay.Market.Cover;

/// <summary>Capital of a provider that loses before the pool does: bonds, as a cover sees them (docs/spec/market.md sections 4 and 6).</summary>
/// <remarks>What is promised here has to be there when it is called in, whatever else becomes of the bonds.</remarks>
public interface IFirstLoss
{
    /// <summary>Units that bonds of a segment could still promise.</summary>
    long Free(MarketState state, Hash account, ulong segment);

    /// <summary>Promises units, at most <see cref="Free"/>, to a policy: of the oldest bonds first.</summary>
    void Promise(MarketState state, ulong policy, Hash account, ulong segment, long units);

    /// <summary>
    /// Calls in units of what a policy was promised: they go from the bonds to the policy. What else was promised is free again. Then
    /// pays coupons: out of the policy's premium, which is with the policy.
    /// </summary>
    /// <param name="units">Called in, 0 to what was promised.</param>
    /// <param name="premium">The premium that was earned; 0 where it goes back.</param>
    void Settle(MarketState state, ulong policy, long units, long premium);
}
