using Assay.Market.Journal;
using Assay.Market.Looks;
using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Market.Settlements;

/// <summary>Keeps, while a passport is recomputed, what a settlement rests on: the looks that its steps give, and which step settled which epoch.</summary>
/// <param name="wanted">Steps that the journal has looks at; of others none is kept.</param>
internal sealed class AccountTrace(IReadOnlySet<ulong> wanted) : IPassportWatch
{
    private readonly LookMaker maker = new();
    private readonly Dictionary<ulong, LookEvent> looks = [];
    private readonly Dictionary<Hash, ulong> settled = [];
    private readonly List<(int Place, SettledBy Epoch)> epochs = [];

    /// <summary>The provider's log; null before the first step.</summary>
    public IProviderHistory? Provider { get; private set; }

    /// <summary>What the look at a step must say; null where it is none that was wanted and folded.</summary>
    public LookEvent? Of(ulong step) => looks.GetValueOrDefault(step);

    /// <summary>Epochs of a segment that the steps after one and up to another settled, in the order of steps, keys and epochs.</summary>
    public IReadOnlyList<SettledBy> SettledOf(int place, ulong after, ulong upTo) =>
        [.. epochs.Where(e => e.Place == place && e.Epoch.Step.Step > after && e.Epoch.Step.Step <= upTo).Select(e => e.Epoch)];

    void IPassportWatch.Settled(AccountState state, int place, ulong time) => maker.Settled(state, place, time);

    void IPassportWatch.Stepped(AccountEpochEvent step, AccountState state, IProviderHistory provider)
    {
        Provider = provider;
        foreach (var key in provider.ServingKeys)
            if (state.PlaceOf(key.KeyId) is { } place)
            {
                var before = settled.GetValueOrDefault(key.KeyId);
                for (var number = before; number < state.SettledOf(key.KeyId); number++)
                    epochs.Add((place, new SettledBy(key.KeyId, number, step)));
                settled[key.KeyId] = state.SettledOf(key.KeyId);
            }
        if (wanted.Contains(step.Step))
            looks[step.Step] = maker.Of(state);
    }
}
