using System.Text.RegularExpressions;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Store.Pull;

/// <summary>Where a model is to come from, as it is written on the command line.</summary>
public abstract partial record PullReference
{
    private const string HubPrefix = "hf:", OllamaPrefix = "ollama:", DigestPrefix = "#sha256=";

    private PullReference()
    {
    }

    /// <summary><c>hf:ORG/REPO[:FILE][@REVISION]</c>: a repository of the Hugging Face hub.</summary>
    /// <param name="Repository"><c>ORG/REPO</c>.</param>
    /// <param name="File">A file, part of the name of one .gguf file (such as <c>Q8_0</c>), <c>safetensors</c>, or null for whatever is there.</param>
    /// <param name="Revision">A branch, tag or commit.</param>
    public sealed record Hub(string Repository, string? File, string Revision) : PullReference;

    /// <summary><c>ollama:[NAMESPACE/]NAME[:TAG]</c>: a model of the Ollama registry.</summary>
    /// <param name="Repository"><c>NAMESPACE/NAME</c>.</param>
    public sealed record Ollama(string Repository, string Tag) : PullReference;

    /// <summary><c>https://…#sha256=HEX</c>: one file, of which the digest is known.</summary>
    public sealed record Web(Uri Address, Hash Sha256) : PullReference;

    /// <summary>A file or folder of this machine.</summary>
    public sealed record Local(string Path) : PullReference;

    /// <exception cref="StoreException">It is none of these forms.</exception>
    public static PullReference Parse(string text)
    {
        if (text.StartsWith(HubPrefix, StringComparison.Ordinal))
            return ParseHub(text[HubPrefix.Length..]) ?? throw Wrong(text, "write hf:ORG/REPO, hf:ORG/REPO:FILE or hf:ORG/REPO:FILE@REVISION");
        if (text.StartsWith(OllamaPrefix, StringComparison.Ordinal))
            return ParseOllama(text[OllamaPrefix.Length..]) ?? throw Wrong(text, "write ollama:NAME, ollama:NAME:TAG or ollama:NAMESPACE/NAME:TAG");
        return text.Contains("://", StringComparison.Ordinal) ? ParseWeb(text) : new Local(text);
    }

    private static Hub? ParseHub(string text)
    {
        var revision = "main";
        if (text.LastIndexOf('@') is var at and >= 0)
            (text, revision) = (text[..at], text[(at + 1)..]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (repository, file) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        return repository.Count('/') == 1 && IsPath(repository) && IsPath(revision) && (file is null || IsPath(file))
            ? new Hub(repository, file, revision)
            : null;
    }

    private static Ollama? ParseOllama(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (name, tag) = colon < 0 ? (text, "latest") : (text[..colon], text[(colon + 1)..]);
        var repository = name.Contains('/', StringComparison.Ordinal) ? name : "library/" + name;
        return repository.Count('/') == 1 && IsPath(repository) && Segment().IsMatch(tag) ? new Ollama(repository, tag) : null;
    }

    private static Web ParseWeb(string text)
    {
        var mark = text.IndexOf('#', StringComparison.Ordinal);
        var shown = Shown(text);
        if (mark < 0 || !text[mark..].StartsWith(DigestPrefix, StringComparison.OrdinalIgnoreCase))
            throw new StoreException(StoreFault.BadRequest, $"'{shown}' has no digest: write {shown}#sha256=HEX, with the digest that its publisher names");
        if (!Uri.TryCreate(text[..mark], UriKind.Absolute, out var address) || PullHttp.Unsafe(address) is not null)
            throw new StoreException(StoreFault.BadRequest, $"'{shown}' cannot be pulled: an address begins with https:// (http:// on this machine only) and holds no password");
        try
        {
            return new Web(address, Hash.FromHex(text[(mark + DigestPrefix.Length)..].ToLowerInvariant()));
        }
        catch (MalformedException)
        {
            throw new StoreException(StoreFault.BadRequest, $"what stands behind #sha256= of '{shown}' is not 64 hexadecimal digits");
        }
    }

    // What a query or a password may hold is nobody else's to read.
    private static string Shown(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) ? PullHttp.Shown(uri) : StrictJson.Shown(text);

    private static StoreException Wrong(string text, string right) => new(StoreFault.BadRequest, $"'{StrictJson.Shown(text)}' cannot be pulled: {right}");

    /// <summary>Segments that mean themselves in an address: nothing leads upwards or elsewhere.</summary>
    internal static bool IsPath(string text) => text.Length <= 512 && text.Split('/').All(s => Segment().IsMatch(s));

    [GeneratedRegex(@"^(?!\.{1,2}\z)[^\p{C}/\\?#%@:]{1,255}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Segment();
}
