using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Client.Routing;

/// <summary>Someone who could answer, as the caller knows it.</summary>
public sealed record RoutedEndpoint
{
    /// <summary>For people, and for what was chosen; each its own.</summary>
    public required string Name { get; init; }

    /// <summary>Of its OpenAI API, such as <c>https://api.example.com/v1</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>The model's name in routes.</summary>
    public required string Serves { get; init; }

    /// <summary>The model's name there: printable ASCII without quotes and backslashes.</summary>
    public required string Model { get; init; }

    /// <summary>What its account proves; null where the caller has none. <see cref="OfCertificate"/> and <see cref="OfPassport"/> make one of a file.</summary>
    public AccountCertificate? Certificate { get; init; }

    /// <summary>Of a million tokens, in millionths of whatever unit the caller reckons in; null where it does not know.</summary>
    public ulong? Price { get; init; }

    /// <summary>What insuring one unit against its failures costs, in millionths, as a market that the caller asked quotes it; null where none was asked.</summary>
    public ulong? Cover { get; init; }

    /// <summary>Sent there, and nowhere else, as a bearer token.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// What requests to it go through: a <see cref="ReceiptHandler"/> with a policy for that provider's log ties each answer to who has the account. Used by one
    /// <see cref="RoutingHandler"/>, which disposes of it.
    /// </summary>
    public HttpMessageHandler Handler { get; init; } = new HttpClientHandler { AllowAutoRedirect = false };

    /// <summary>The certificate of a model in a file that somebody else than the provider has signed.</summary>
    /// <param name="policy">Which logs are believed to say what the accounts of others are: the caller's, never from the file.</param>
    /// <param name="provider">Origin of this endpoint's log: an account of another log says nothing of it.</param>
    /// <param name="model">Digest of the weights.</param>
    /// <exception cref="MalformedException">The file does not hold, is of another provider or by the provider itself, or the account has no segment with these weights.</exception>
    /// <exception cref="UnsupportedException">Of another version.</exception>
    public static AccountCertificate OfCertificate(ReadOnlyMemory<byte> file, TlogPolicy policy, string provider, Hash model)
    {
        var read = CertificateFile.Parse(file.Span);
        var certificates = read.Check(policy);
        // A policy for the provider's receipts believes its log; a state is the word of whoever folded it.
        if (Checkpoint.Parse(read.Proof.Note.Text).Origin == provider)
            throw new MalformedException("the certificate is the provider's own word: a passport shows what it rests on");
        return certificates[PlaceOf(AccountState.Parse(read.State), provider, model)];
    }

    /// <summary>The certificate of a model in a passport, recomputed from its entries.</summary>
    /// <exception cref="MalformedException">The passport is not what its entries give, not of logs that the policy believes, or without these weights.</exception>
    /// <inheritdoc cref="OfCertificate"/>
    public static AccountCertificate OfPassport(ReadOnlyMemory<byte> file, Policy policy, string provider, Hash model)
    {
        var report = PassportVerifier.Verify(file, policy);
        return report is { Accepted: true, State: { } state } ? AccountCertificate.Of(state, PlaceOf(state, provider, model))
            : throw new MalformedException($"the passport is not accepted: {report.Problem ?? report.Differences.FirstOrDefault()?.Detail ?? "a log in it is not one that the policy believes"}");
    }

    // A segment that ended and began anew is there twice: the last one counts.
    private static int PlaceOf(AccountState state, string provider, Hash model)
    {
        if (state.Logs is not [var log, ..] || log.Origin != provider)
            throw new MalformedException($"the account is not of the log {StrictJson.Shown(provider)}");
        for (var place = state.Segments.Count - 1; place >= 0; place--)
            if (state.Segments[place].Model == model)
                return place;
        throw new MalformedException($"the account has no segment of the model sha256:{model.ToHex()}");
    }
}
