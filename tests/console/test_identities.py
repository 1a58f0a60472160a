"""Users, groups and policies that are created, changed and deleted on the console's pages, without a browser."""

import re
from html import unescape

import pytest
from botocore.credentials import Credentials

from artifact_emulator.app import App
from artifact_emulator.console.organizations.policies import TITLES
from artifact_emulator.world_runtime import runtime_of
from artifact_state.model import PolicyType
from tests.support.iam_users import policy_allowing
from tests.support.visitor import Visitor
from tests.support.wire_client import Client

ACCOUNT, PASSWORD = "111122223333", "Pass-word-1"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def client() -> Client:
    """Return a client of an account with the user Ann."""
    client = Client(App(), ACCOUNT)
    client.do("iam", "CreateUser", UserName="Ann")
    return client


@pytest.fixture
def root(client: Client) -> Visitor:
    """Return the root user in the console."""
    visitor = Visitor(client.app)
    visitor.sign_in(ACCOUNT)
    return visitor


def shown_after(visitor: Visitor, path: str, form: dict[str, str] | None = None, page: str = "/iam/users/Ann") -> str:
    """Submit a form of a page and return the text of the page that follows."""
    response = visitor.post(path, form or {}, Referer=f"http://localhost/console{page}")
    location = response.headers.get("Location")
    return unescape(visitor.get(location.removeprefix("/console")).text if location else response.text)


class TestUsers:
    """Users."""

    def test_user_is_created_on_the_list_of_users(self, client: Client, root: Visitor) -> None:
        """The form creates a user and leads to its page; AWS's error is shown for a name that exists."""
        assert "You created the user Bob." in shown_after(root, "/iam/users", {"name": "Bob"})
        assert [user["UserName"] for user in client.do("iam", "ListUsers")["Users"]] == ["Ann", "Bob"]
        assert "EntityAlreadyExists" in shown_after(root, "/iam/users", {"name": "Bob"}, "/iam/users")

    def test_user_is_deleted_with_everything_it_has(self, client: Client, root: Visitor) -> None:
        """The deletion removes credentials, memberships and policies first, as AWS's console does."""
        client.do("iam", "CreateLoginProfile", UserName="Ann", Password=PASSWORD)
        client.do("iam", "CreateAccessKey", UserName="Ann")
        client.do("iam", "CreateGroup", GroupName="Staff")
        client.do("iam", "AddUserToGroup", GroupName="Staff", UserName="Ann")
        client.do("iam", "AttachUserPolicy", UserName="Ann", PolicyArn=READ_ONLY)
        client.do("iam", "PutUserPolicy", UserName="Ann", PolicyName="own", PolicyDocument=policy_allowing("s3:*"))
        page = shown_after(root, "/iam/users/Ann/delete", {"confirmation": "Ann"})
        assert "You deleted the user Ann." in page
        assert "aws iam delete-login-profile --user-name Ann" in page
        assert client.do("iam", "ListUsers")["Users"] == []

    def test_wrong_name_deletes_nothing(self, client: Client, root: Visitor) -> None:
        """Without the name of the user the state stays as it is, and the page says what is missing."""
        before = client.app.world.state
        page = shown_after(root, "/iam/users/Ann/delete", {"confirmation": "Bob"})
        assert "Nothing was changed: enter Ann in the box to confirm." in page
        assert client.app.world.state is before

    def test_actions_are_calls_of_the_signed_in_user(self, client: Client, root: Visitor) -> None:
        """A user without permissions sees AWS's denial and a link to its explanation."""
        shown_after(root, "/iam/users/Ann/password", {"password": PASSWORD})
        ann = Visitor(client.app)
        ann.sign_in(ACCOUNT, user="Ann", password=PASSWORD)
        before = client.app.world.state
        page = shown_after(ann, "/iam/users", {"name": "Bob"}, "/")
        assert client.app.world.state is before
        assert "is not authorized to perform: iam:CreateUser" in page
        assert "Why?" in page
        assert runtime_of(client.app.world).call_log.calls()[-1].operation == "CreateUser"


class TestCredentials:
    """Passwords and access keys."""

    def test_password_is_created_changed_and_deleted(self, client: Client, root: Visitor) -> None:
        """The same form creates the login profile and changes it; another deletes it."""
        assert "PasswordPolicyViolation" in shown_after(root, "/iam/users/Ann/password", {"password": "x"})
        assert "You created a console" in shown_after(root, "/iam/users/Ann/password", {"password": PASSWORD})
        assert client.do("iam", "GetLoginProfile", UserName="Ann")["LoginProfile"]["PasswordResetRequired"] is False
        changed = {"password": "Pass-word-2", "reset": "on"}
        assert "You changed the console password" in shown_after(root, "/iam/users/Ann/password", changed)
        assert client.do("iam", "GetLoginProfile", UserName="Ann")["LoginProfile"]["PasswordResetRequired"] is True
        assert "can no longer sign in" in shown_after(root, "/iam/users/Ann/password/delete")
        client.expect_error("iam", "GetLoginProfile", UserName="Ann")

    def test_secret_of_an_access_key_is_shown_once(self, client: Client, root: Visitor) -> None:
        """The page that creates a key has a secret that signs calls; the user's page has only the id."""
        page = shown_after(root, "/iam/users/Ann/access-keys")
        key_id, secret = (
            found[1] for name in ("KEY_ID", "ACCESS_KEY") if (found := re.search(rf"AWS\w*_{name}=(\S+)\n", page))
        )
        ann = Client(client.app, ACCOUNT, credentials=Credentials(key_id, secret))
        assert ann.do("sts", "GetCallerIdentity")["Arn"].endswith(":user/Ann")
        assert "no-store" in root.get("/iam/users/Ann").headers["Cache-Control"]
        page = root.get("/iam/users/Ann").text
        assert key_id in page
        assert secret not in page

    def test_access_key_is_deactivated_and_deleted(self, client: Client, root: Visitor) -> None:
        """A key's status changes by its button, and its dialog deletes it."""
        key_id = client.do("iam", "CreateAccessKey", UserName="Ann")["AccessKey"]["AccessKeyId"]
        for status in ("Inactive", "Active"):
            shown_after(root, f"/iam/users/Ann/access-keys/{key_id}/status", {"status": status})
            assert client.do("iam", "ListAccessKeys", UserName="Ann")["AccessKeyMetadata"][0]["Status"] == status
        assert f"Delete {key_id}?" in root.get(f"/iam/users/Ann/access-keys/{key_id}/delete").text
        shown_after(root, f"/iam/users/Ann/access-keys/{key_id}/delete")
        assert client.do("iam", "ListAccessKeys", UserName="Ann")["AccessKeyMetadata"] == []


class TestGroups:
    """Groups."""

    def test_group_has_users_and_policies_until_it_is_deleted(self, client: Client, root: Visitor) -> None:
        """A group is created, gets a user from either page and a policy, and is deleted with them."""
        assert "You created the group Staff." in shown_after(root, "/iam/groups", {"name": "Staff"})
        assert "You added Ann to Staff." in shown_after(root, "/iam/groups/Staff/users", {"user": "Ann"})
        removed = shown_after(root, "/iam/users/Ann/groups", {"group": "Staff", "remove": "yes"})
        assert "You removed Ann from Staff." in removed
        assert "You added Ann to Staff." in shown_after(root, "/iam/users/Ann/groups", {"group": "Staff"})
        assert READ_ONLY in shown_after(root, "/iam/groups/Staff/policies/attach", {"policy": READ_ONLY})
        shown_after(root, "/iam/groups/Staff/delete", {"confirmation": "Staff"})
        assert client.do("iam", "ListGroups")["Groups"] == []
        assert client.do("iam", "GetUser", UserName="Ann")


@pytest.mark.parametrize(("kind", "name"), [("users", "Ann"), ("groups", "Staff"), ("roles", "Reader")])
class TestPermissions:
    """Policies of users, groups and roles."""

    @pytest.fixture(autouse=True)
    def _identities(self, client: Client) -> None:
        client.do("iam", "CreateGroup", GroupName="Staff")
        trust = policy_allowing("sts:AssumeRole").replace('"Resource": "*"', f'"Principal": {{"AWS": "{ACCOUNT}"}}')
        client.do("iam", "CreateRole", RoleName="Reader", AssumeRolePolicyDocument=trust)

    def test_managed_policy_is_found_attached_and_detached(self, root: Visitor, kind: str, name: str) -> None:
        """The search finds AWS's policies by a part of the name; one is attached and detached again."""
        page, policies = f"/iam/{kind}/{name}", f"/iam/{kind}/{name}/policies"
        found = root.get(f"{policies}/attach?search=artifactagreementsread").text
        (arn,) = set(re.findall(r"arn:aws:iam::aws:policy/\w+", found))
        assert "You attached" in shown_after(root, f"{policies}/attach", {"policy": arn}, page)
        assert f'name="policy" value="{arn}"' in root.get(page).text
        assert "You detached" in shown_after(root, f"{policies}/detach", {"policy": arn}, page)
        assert f'name="policy" value="{arn}"' not in root.get(page).text

    def test_refused_document_stays_in_the_form(self, root: Visitor, kind: str, name: str) -> None:
        """AWS's error is shown above the document as it was entered; a valid one is saved, edited and deleted."""
        page, policies = f"/iam/{kind}/{name}", f"/iam/{kind}/{name}/policies"
        refused = shown_after(root, f"{policies}/inline", {"policy": "own", "document": "{%20<"}, page)
        assert "MalformedPolicyDocument" in refused
        assert "{%20<</textarea>" in refused
        document = policy_allowing("artifact:List*")
        saved = shown_after(root, f"{policies}/inline", {"policy": "own", "document": document}, page)
        assert "You saved the inline policy own." in saved
        assert "artifact:List*" in root.get(f"{policies}/inline/own").text
        assert "You deleted the inline policy own." in shown_after(root, f"{policies}/inline/own/delete", page=page)


class TestSignIn:
    """The principals that the sign-in page offers."""

    def test_sign_in_offers_users_roles_and_invited_accounts(self, client: Client, root: Visitor) -> None:
        """The page lists the accounts of the organization and invited ones, users with a password, and roles."""
        client.do("organizations", "CreateOrganization")
        client.do("organizations", "CreateAccount", AccountName="Shop", Email="shop@example.com")
        client.do("iam", "CreateLoginProfile", UserName="Ann", Password=PASSWORD)
        client.do("iam", "CreateUser", UserName="Robot")
        client.do("organizations", "InviteAccountToOrganization", Target={"Id": "444455556666", "Type": "ACCOUNT"})
        by_email = {"Id": "account-777788889999@example.com", "Type": "EMAIL"}
        client.do("organizations", "InviteAccountToOrganization", Target=by_email)
        page = root.get("/sign-in").text
        rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall("<tr><td>.*?</tr>", page, re.DOTALL)]
        assert [row.split()[0] for row in rows[:3]] == [ACCOUNT, "444455556666", "777788889999"]
        assert "management account" in rows[0]
        assert "Ann" in rows[0]
        assert "Robot" not in rows[0]
        assert all(" invited " in row for row in rows[1:3])
        assert " member " in rows[3]
        assert "OrganizationAccountAccessRole" in rows[3]

    def test_search_finds_an_account_among_many(self, client: Client, root: Visitor) -> None:
        """A world with more accounts than the page shows has a search by name and id."""
        client.do("organizations", "CreateOrganization")
        for number in range(60):
            email = f"{number}@example.com"
            client.do("organizations", "CreateAccount", AccountName=f"Account {number}", Email=email)
        page = root.get("/sign-in").text
        assert "The first 50 accounts" in page
        assert "Account 59" not in page
        assert "Account 59" in root.get("/sign-in?search=account+59").text
        assert "No accounts match." in root.get("/sign-in?search=none").text

    def test_link_of_a_user_fills_the_form(self, root: Visitor) -> None:
        """The link on a user's page leads to the form with its account and name."""
        shown_after(root, "/iam/users/Ann/password", {"password": PASSWORD})
        (link,) = re.findall(r'href="/console(/sign-in\?[^"]+)">Sign in as Ann', root.get("/iam/users/Ann").text)
        page = root.get(unescape(link)).text
        assert f'value="{ACCOUNT}"' in page
        assert 'value="Ann"' in page


class TestPolicyTypes:
    """The types of organization policies."""

    def test_policy_types_have_names_of_their_own(self, client: Client, root: Visitor) -> None:
        """Each type has a name that is not made from its id, and a disabled one offers to be enabled."""
        client.do("organizations", "CreateOrganization")
        page = root.get("/organizations/policies").text
        for name in ("AI services opt-out policies", "Chat applications policies", "Declarative policies for EC2"):
            assert f">{name}</a>" in page
        assert set(TITLES) == set(PolicyType)
        tag_policies = "/organizations/policies/TAG_POLICY"
        assert "This policy type is disabled" in root.get(tag_policies).text
        root_id = client.do("organizations", "ListRoots")["Roots"][0]["Id"]
        shown_after(root, f"{tag_policies}/status", {"enable": "yes", "root": root_id})
        assert "This policy type is disabled" not in root.get(tag_policies).text
