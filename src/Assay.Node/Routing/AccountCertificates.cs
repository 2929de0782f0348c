using Assay.Audit;
using Assay.Audit.Accounts;
using Assay.Node.Relays;
using Assay.Providers.Language;
using Assay.Reliability.Accounts;
using Assay.Store;
using Assay.Store.Accounts;

namespace Assay.Node.Routing;

/// <summary>Finds what accounts prove of those who could answer.</summary>
public interface ICertificates
{
    /// <summary>Of a model of this node; null where no account is kept of it.</summary>
    AccountCertificate? Of(StoredModel model);

    /// <summary>Of what a relay forwards to, where its operator said which account that is; null else.</summary>
    AccountCertificate? Of(Relay relay);
}

/// <summary>From the accounts that this node keeps. They are read anew every few seconds: steps are rarer.</summary>
internal sealed class AccountCertificates(AssayNode node) : ICertificates
{
    // Bits are compared, or a proof is checked: what an account of another oracle says is testimony.
    private const string Oracle = "replay";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private IReadOnlyList<Known> known = [];
    private DateTimeOffset readAt;

    public AccountCertificate? Of(StoredModel model) => Read().LastOrDefault(k =>
        k.Account.Origin == node.Origin && k.Account.Oracle == Oracle && k.Segment.Model == model.Digest && k.Segment.Profile == LanguageEngine.Profile && k.Segment.Region == node.Options.Region)
        ?.Certificate;

    public AccountCertificate? Of(Relay relay) => relay.Account is { } named
        ? Read().LastOrDefault(k => k.Account.Id == named && AccountView.IsNamed(k.Segment, relay.Description.Model))?.Certificate : null;

    // Accounts in the vault's order, their segments in the order in which they began: the last one counts.
    private IReadOnlyList<Known> Read()
    {
        lock (gate)
        {
            var now = node.Options.Clock.GetUtcNow();
            if (now - readAt is var age && age >= TimeSpan.Zero && age < Fresh)
                return known;
            known = node.Accounts.Vault is not { } vault ? [] :
            [
                .. vault.List().SelectMany(account =>
                {
                    var state = StateOf(vault, account);
                    return vault.SegmentsOf(account.Id).OrderBy(s => s.Place).Select(s => new Known(account, s, AccountCertificate.Of(state, s.Place)));
                }),
            ];
            readAt = now;
            return known;
        }
    }

    // Not skipped: an account that cannot be read may be one that has alarmed.
    private static AccountState StateOf(AccountVault vault, KeptAccount account)
    {
        try
        {
            return AccountView.Of(vault, account).State;
        }
        catch (AuditException e)
        {
            throw new NodeException(NodeFault.Unavailable, e.Message, e);
        }
    }

    private sealed record Known(KeptAccount Account, KeptSegment Segment, AccountCertificate Certificate);
}
