namespace Assay.Client;

/// <summary>What a request asks for, by its address: as forgiving of case and of slashes as a web server is.</summary>
internal abstract record Endpoint
{
    private Endpoint()
    {
    }

    /// <summary><c>…/models/{model}[/versions/{version}]/infer</c>.</summary>
    public sealed record Tensors(string Model, string? Version) : Endpoint;

    /// <summary><c>…/v1/chat/completions</c> and <c>…/v1/completions</c>.</summary>
    public sealed record Language(bool IsChat) : Endpoint;

    /// <summary><c>…/v1/embeddings</c>.</summary>
    public sealed record Embeddings : Endpoint;

    /// <summary>Where a node gives receipts, and this client does not know how to check the answer.</summary>
    public sealed record Unknown : Endpoint;

    /// <returns>Null where no receipt is to be expected.</returns>
    public static Endpoint? Of(HttpRequestMessage request)
    {
        if (request.Method != HttpMethod.Post || request.RequestUri is not { IsAbsoluteUri: true } url)
            return null;
        string[] names = [.. url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        return names.Select(n => n.ToLowerInvariant()).ToArray() switch
        {
            [.., "models", _, "infer"] => new Tensors(names[^2], null),
            [.., "models", _, "versions", _, "infer"] => new Tensors(names[^4], names[^2]),
            [.., "v1", "chat", "completions"] => new Language(IsChat: true),
            [.., "v1", "completions"] => new Language(IsChat: false),
            [.., "v1", "embeddings"] => new Embeddings(),
            ["v2", ..] => new Unknown(),
            _ => null,
        };
    }
}
