using Assay.Audit.Accounts;
using Assay.Market.Journal;
using Assay.Market.Looks;
using Assay.Node.Accounts;
using Assay.Reliability.Statistics;
using Assay.Store.Accounts;
using Assay.Verify.Crypto;

namespace Assay.Node.Market;

/// <summary>The looks that the accounts which a node keeps give its market. Forecasts go on from where they were: an epoch is read once.</summary>
internal sealed class MarketLooks(AccountsDesk accounts)
{
    // Bits are compared: what an account of another oracle says is testimony, and pays nothing by itself.
    private const string Oracle = "replay";

    private readonly Lock gate = new();
    private readonly Dictionary<(Hash Account, int Place), (Forecast Forecast, ulong Next)> forecasts = [];

    /// <summary>The accounts that a market looks at.</summary>
    public IReadOnlyList<Hash> Accounts() => accounts.Vault is { } vault ? [.. vault.List().Where(IsPriced).Select(a => a.Id)] : [];

    /// <summary>The look at an account after its newest step; null where it is not kept, not priced, or has taken none.</summary>
    public LookEvent? At(Hash account)
    {
        if (accounts.Vault is not { } vault)
            return null;
        lock (gate)
        {
            if (vault.Find(account) is not { Steps: > 0 } kept || !IsPriced(kept))
                return null;
            var state = AccountView.Of(vault, kept).State;
            return LookMaker.Of(state, place => ForecastOf(vault, account, place));
        }
    }

    private Forecast ForecastOf(AccountVault vault, Hash account, int place)
    {
        var (forecast, next) = forecasts.TryGetValue((account, place), out var known) ? known : (Forecast.Start, 0UL);
        foreach (var epoch in vault.EpochsOf(account, place, next))
            (forecast, next) = (forecast.Close(epoch.Time, FigureHistory.Judged(epoch), epoch.Alarmed), epoch.Number + 1);
        forecasts[(account, place)] = (forecast, next);
        return forecast;
    }

    private static bool IsPriced(KeptAccount account) => account.Oracle == Oracle;
}
