using Assay.Audit.Accounts;
using Assay.Node;
using Assay.Verify.Statements;

namespace Assay.Cli;

/// <summary>What this data folder's log says of endpoints.</summary>
internal static class OwnObservations
{
    public static List<ObservationsEvent> Read(AssayNode node)
    {
        var found = new List<ObservationsEvent>();
        foreach (var entry in node.Reader.ReadEntries(0))
            if (ObservedAccounts.ObservationIn(entry.Span) is { } seen)
                found.Add(seen);
        return found;
    }

    /// <summary>Of this log alone. Nothing else folds them while a command runs.</summary>
    public static List<ObservedAccount> Accounts(AssayNode node) => node.LookAtObserved((accounts, _) => accounts.Values.ToList());
}
