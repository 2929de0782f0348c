using System.Text;
using Assay.Audit.Auditing;
using Assay.Verify;
using Assay.Verify.Json;

namespace Assay.Audit.Tests.Auditing;

/// <summary>Whatever stands in a file or a line is read, or refused with one typed error.</summary>
public sealed class AuditFileTests
{
    private static readonly FollowedProvider Provider = new(new Uri("http://provider.test:81/node"), PlayedProvider.Policy, 12, "/etc/key");
    private static readonly AuditSecret Secret = new(AuditKeys.Word("key"), 7, 999, AuditKeys.Word("secret"), Answered: true, Taken: true, EndSeen: 5);

    [Fact]
    public void What_is_kept_comes_back_as_it_was()
    {
        Assert.Equal(Provider, FollowedProvider.Parse(Provider.ToBytes()));
        Assert.Equal(Secret, AuditSecret.Parse(Secret.ToBytes()));
        Assert.Equal(Secret with { EndSeen = null }, AuditSecret.Parse((Secret with { EndSeen = null }).ToBytes()));
        using var folder = new TemporaryFolder();
        var kept = new AuditorFolder(folder["audits"]);
        var page = new SortedDictionary<ulong, OpenedRecord>
        {
            [64] = new(64, OpeningKind.Bundle, AuditKeys.Word("a")), [65] = new(65, OpeningKind.Gone, default), [70] = new(70, OpeningKind.Envelope, AuditKeys.Word("b")),
        };
        OpenedPage.Write(kept, 9, 64, page);
        Assert.Equal(page, OpenedPage.Read(kept, 9, 64));
        Assert.Empty(OpenedPage.Read(kept, 9, 0));
        Assert.All(Directory.EnumerateFiles(folder["audits"], "*", SearchOption.AllDirectories), f =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
    }

    [Fact]
    public void A_secret_is_the_same_however_often_it_is_asked_for_and_readable_by_its_owner_only()
    {
        using var folder = new TemporaryFolder();
        var first = new AuditorFolder(folder["audits"]).SecretFor(Provider, AuditKeys.Word("key"), 3);
        Assert.Equal(first, new AuditorFolder(folder["audits"]).SecretFor(Provider, AuditKeys.Word("key"), 3));
        Assert.NotEqual(first.Secret, new AuditorFolder(folder["audits"]).SecretFor(Provider, AuditKeys.Word("key"), 4).Secret);
        Assert.Equal(2, new AuditorFolder(folder["audits"]).Secrets(Provider).Count);
        Assert.All(Directory.EnumerateDirectories(folder["audits"], "*", SearchOption.AllDirectories), d =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(d)));
    }

    [Fact]
    public void Damaged_files_are_refused_in_one_line_that_names_them()
    {
        using var folder = new TemporaryFolder();
        var kept = new AuditorFolder(folder["audits"]);
        kept.SecretFor(Provider, AuditKeys.Word("key"), 3);
        var file = Directory.EnumerateFiles(folder["audits"], "*.json", SearchOption.AllDirectories).Single();
        File.WriteAllText(file, "{}");
        var told = Assert.Throws<AuditException>(() => kept.Secrets(Provider));
        Assert.Contains(file, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told.Message);
    }

    [Fact]
    public void Every_change_of_what_is_kept_is_read_or_refused_with_the_typed_error()
    {
        (byte[] Good, Action<byte[]> Parse)[] formats =
        [
            (Provider.ToBytes(), b => FollowedProvider.Parse(b)),
            (Secret.ToBytes(), b => AuditSecret.Parse(b)),
            (new CanaryOutcome(CanaryState.Kept, "id", "salt", AuditKeys.Word("b")).ToBytes(), b => CanaryOutcome.Parse(b)),
            ("""{"position":1,"sequence":2,"gone":"a reason"}"""u8.ToArray(), b => OpeningLine.Parse(b)),
        ];
        foreach (var (good, parse) in formats)
        {
            parse(good);
            foreach (var (what, mutant) in Mutations.Of(StrictJson.Parse(good, 1 << 20), "x"))
                Quietly(() => parse(StrictJson.Write(mutant.Write)), what);
            for (var at = 0; at < good.Length; at++)
                foreach (var flip in (byte[])[1, 32, 128])
                {
                    var bent = good.ToArray();
                    bent[at] ^= flip;
                    Quietly(() => parse(bent), $"byte {at} ^ {flip}");
                }
        }

        static void Quietly(Action act, string what)
        {
            try
            {
                act();
            }
            catch (MalformedException)
            {
                // The typed error.
            }
            catch (Exception e)
            {
                Assert.Fail($"{what}: {e}");
            }
        }
    }

    [Theory]
    [InlineData("", "no request")]
    [InlineData("[]", "line 1: expected an object")]
    [InlineData("{\"path\":\"/v1/completions\",\"body\":{\"model\":\"m\"}}\nnonsense", "line 2: not JSON")]
    [InlineData("{\"path\":\"/v1/models\",\"body\":{\"model\":\"m\"}}", "line 1: expected the path")]
    [InlineData("{\"path\":\"/v2/models//infer\",\"body\":{}}", "line 1: expected the path")]
    [InlineData("{\"path\":\"/v1/completions\",\"body\":{\"model\":\"m\",\"stream\":true}}", "streamed")]
    [InlineData("{\"path\":\"/v1/completions\",\"body\":{\"model\":\"m\"}}\n{\"path\":\"/v1/completions\",\"body\":{\"model\":\"n\"}}", "2 models")]
    [InlineData("{\"path\":\"/v1/completions\",\"body\":{\"model\":\"m\"},\"headers\":{}}", "line 1: expected an object")]
    public void Requests_that_cannot_be_canaries_are_refused_with_their_line(string text, string why) =>
        Assert.Contains(why, Assert.Throws<MalformedException>(() => CanaryRequests.Parse(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Requests_are_committed_to_by_every_byte_of_their_file()
    {
        var requests = CanaryRequests.Parse("{\"path\":\"/v2/models/m/versions/2/infer\",\"body\":{\"inputs\":[1.5]}}\n\n {\"path\":\"/v1/chat/completions\",\"body\":{\"model\":\"m@2\"}}"u8);
        Assert.Equal((2, "m@2", "{\"inputs\":[1.5]}"), (requests.Items.Count, requests.Model, Encoding.UTF8.GetString(requests.Items[0].Body)));
        var salt = AuditKeys.Word("salt");
        Assert.NotEqual(requests.CommitTo(salt), requests.CommitTo(AuditKeys.Word("other")));
        Assert.NotEqual(requests.CommitTo(salt), CanaryRequests.Parse("{\"path\":\"/v2/models/m/versions/2/infer\",\"body\":{\"inputs\":[1.5]}}"u8).CommitTo(salt));
    }
}
