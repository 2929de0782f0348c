using Assay.Market.Journal;
using Assay.Verify.Crypto;

namespace Assay.Market.Settlements;

/// <summary>Units that go in or out of a market's book.</summary>
/// <param name="Id">The settlement's name for it: the same id is the same transfer, however often it is asked for.</param>
/// <param name="Key">The participant's key.</param>
/// <param name="Units">At least one.</param>
public sealed record Transfer(string Id, Hash Key, long Units);

/// <summary>
/// What stands behind a market's units outside of its book (docs/spec/market.md section 9). Whoever is interrupted asks again with the
/// same id, so what is here must do each id once. Nothing in this repository moves money, and <see cref="PaperSettlement"/> is the only one.
/// </summary>
public interface ISettlement
{
    /// <summary>As grants name it.</summary>
    string Name { get; }

    /// <summary>Takes units in. They are granted in the book after this, and only then.</summary>
    /// <returns>Whether there is something behind them: where not, nothing is granted.</returns>
    Task<bool> FundAsync(Transfer transfer, CancellationToken cancel);

    /// <summary>Pays out what was withdrawn: the book has given it up before this.</summary>
    Task PayOutAsync(Transfer transfer, CancellationToken cancel);
}

/// <summary>Paper: whatever the market's operator grants is there, and nothing is ever paid out to anyone.</summary>
public sealed class PaperSettlement : ISettlement
{
    public string Name => Grants.Paper;

    public Task<bool> FundAsync(Transfer transfer, CancellationToken cancel) => Task.FromResult(transfer.Units > 0);

    public Task PayOutAsync(Transfer transfer, CancellationToken cancel) => Task.CompletedTask;
}
