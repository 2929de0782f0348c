using Assay.Audit.Accounts;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Node;

/// <summary>What a node says of endpoints that are not its own.</summary>
public sealed partial class AssayNode
{
    private ObservedAccounts? observed;

    /// <summary>Appends what this node saw of endpoints, in order, signed by its log key; in the tree when this returns.</summary>
    /// <returns>The index of the last.</returns>
    /// <exception cref="NodeException">One of them says what it must not: nothing was appended.</exception>
    public Task<ulong> ObserveAsync(params IReadOnlyList<ObservationsEvent> seen)
    {
        opened.Witnessed.ThrowIfHalted();
        return events.AppendAsync(seen, opened.LogKey);
    }

    /// <summary>Reads something off the accounts of the observations in this node's own log, by id; with it comes how many entries were passed over because there are too many accounts.</summary>
    /// <param name="look">The states are its own only while it runs.</param>
    public T LookAtObserved<T>(Func<IReadOnlyDictionary<Hash, ObservedAccount>, ulong, T> look) =>
        LazyInitializer.EnsureInitialized(ref observed, () => new ObservedAccounts(Origin, Genesis.LogKey.Key.Id)).Look(log.Reader, options.Clock.GetUtcNow(), look);
}
